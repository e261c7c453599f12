import type { Page } from "playwright-core";

/** Texts whose contrast is below WCAG's AA, with their ratio. */
export const contrastProblems = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (!brush) throw new Error("No canvas");

    /** Colours laid over each other, the last on top, as the browser would show them. */
    const mix = (colours: readonly string[]): number[] => {
      for (const colour of ["white", ...colours]) {
        brush.fillStyle = colour;
        brush.fillRect(0, 0, 1, 1);
      }
      return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb: readonly number[]) => {
      const [r = 0, g = 0, b = 0] = rgb.map((value) => {
        const part = value / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const backgrounds = (element: Element | null): string[] =>
      element ? [...backgrounds(element.parentElement), getComputedStyle(element).backgroundColor] : [];

    const problems: string[] = [];
    for (const element of document.body.querySelectorAll("*")) {
      const text = [...element.childNodes]
        .map((node) => (node.nodeType === Node.TEXT_NODE ? node.nodeValue : ""))
        .join("");
      const { color, fontSize, fontWeight, visibility } = getComputedStyle(element);
      const isShown = visibility === "visible" && element.getClientRects().length > 0;
      if (text.trim() === "" || !isShown || element.closest(":disabled, .visually-hidden")) continue;
      const under = backgrounds(element);
      const [a, b] = [luminance(mix([...under, color])), luminance(mix(under))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = Number.parseFloat(fontSize);
      const least = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5;
      if (ratio < least) problems.push(`${ratio.toFixed(2)}: ${text.trim().slice(0, 40)}`);
    }
    return problems;
  });
