import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, openPage } from "./support/browser.ts";
import { contrastProblems } from "./support/contrast.ts";
import { eventually } from "./support/eventually.ts";
import { type Example, startExample } from "./support/example.ts";
import { call } from "./support/stream.ts";

const screenshots = fileURLToPath(new URL("../../test-results/screenshots", import.meta.url));

let browser: Browser;
let example: Example;
beforeAll(async () => {
  [browser, example] = await Promise.all([launch(), startExample()]);
  const goals = [
    { reportId: "f4b1ae1c-2a4c-4d53-9c0e-0f2a5c1f1a01", matchId: "norwich", side: "away", minute: 18 },
    { reportId: "f4b1ae1c-2a4c-4d53-9c0e-0f2a5c1f1a02", matchId: "norwich", side: "home", minute: 29 },
    { reportId: "f4b1ae1c-2a4c-4d53-9c0e-0f2a5c1f1a03", matchId: "watford", side: "home", minute: 46 },
  ];
  for (const goal of goals) await call(`${example.url}/api/scores/report`, goal);
  await call(`${example.url}/api/scores/fullTime`, { matchId: "watford" });
  await call(`${example.url}/api/prices/setRate`, { perSecond: 1_000 });
  for (const post of posts) await call(`${example.url}/api/feed/post`, post);
  await call(`${example.url}/api/feed/like`, { postId: posts[0]?.id, visitorId: "somebody", likes: true });
  // Another visitor, whose cursor is shown in the document.
  const { page } = await openPage(browser, `${example.url}/document`);
  await page.getByText("put them side by side").click();
  await page.keyboard.press("Shift+Home");
});
afterAll(async () => {
  await browser.close();
  await example.crash();
});

const posts = [
  { id: "f4b1ae1c-2a4c-4d53-9c0e-0f2a5c1f1b01", author: "Edsger", text: "Goto considered harmful.\nStill." },
  { id: "f4b1ae1c-2a4c-4d53-9c0e-0f2a5c1f1b02", author: "Barbara", text: `Substitutable. ${"Very ".repeat(40)}so.` },
];

/** How much of the chart is painted. */
const drawnPixels = (page: Page): Promise<number> =>
  page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    if (!copy) throw new Error("No canvas");
    copy.drawImage(canvas, 0, 0);
    const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
    let drawn = 0;
    for (let alpha = 3; alpha < pixels.length; alpha += 4) if (pixels[alpha] !== 0) drawn++;
    return drawn;
  });

/** How many lines the links to the pages take. */
const navigationLines = (page: Page): Promise<number> =>
  page.locator("nav[aria-label=Pages] a").evaluateAll((links) => {
    return new Set(links.map((link) => Math.round(link.getBoundingClientRect().top))).size;
  });

/** The link to this page is in sight, and what is beside the name of the site is on its line. */
const isHeaderTidy = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
    const [wordmark, links, current] = [box(".wordmark"), box(".site-links"), box("nav a[aria-current]")];
    if (!wordmark || !links) return false;
    const isOnOneLine = links.top < wordmark.bottom && links.bottom > wordmark.top;
    return isOnOneLine && (!current || (current.left >= 0 && current.right <= innerWidth));
  });

const isSettled: Record<string, (page: Page) => Promise<unknown>> = {
  "": (page) => page.locator(".badge[data-state=live]").waitFor(),
  scores: (page) => page.getByText("29′").first().waitFor(),
  prices: (page) => eventually(() => drawnPixels(page)).toBeGreaterThan(10_000),
  newswire: (page) => Promise.all([page.locator(".land").waitFor(), page.locator(".dot").first().waitFor()]),
  feed: (page) => page.getByText("Substitutable").first().waitFor(),
  gauges: async (page) => {
    await eventually(() => page.locator(".gauge[data-state=live]").count()).toBe(30);
    await eventually(() => page.locator(".gauge strong").count()).toBe(30);
  },
  document: (page) => page.locator(".cm-ySelectionCaret").waitFor(),
  assistant: (page) => page.getByText("No question yet").waitFor(),
};

const cases = Object.keys(isSettled).flatMap((path) =>
  (["light", "dark"] as const).map((colorScheme) => ({ path, colorScheme })),
);

test.for(cases)("/$path fits phone, tablet and desk in $colorScheme", async ({ path, colorScheme }) => {
  await using opened = await openPage(browser, `${example.url}/${path}`, { colorScheme, reducedMotion: "reduce" });
  const { page, problems } = opened;
  for (const width of [1280, 768, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await eventually(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    await isSettled[path]?.(page);
    expect(await navigationLines(page)).toBe(1);
    expect(await isHeaderTidy(page)).toBe(true);
    expect(await contrastProblems(page)).toEqual([]);
    await page.screenshot({ path: `${screenshots}/${path || "start"}-${width}-${colorScheme}.png`, fullPage: true });
  }
  expect(problems).toEqual([]);
});

test("the colour scheme survives a reload", async () => {
  await using opened = await openPage(browser, `${example.url}/scores`, { colorScheme: "light" });
  const { page } = opened;
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole("button", { name: "Switch to dark colours" }).click();
  await eventually(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  await eventually(ground).toBe(dark);
  await page.getByRole("button", { name: "Switch to light colours" }).click();
  await eventually(ground).toBe(light);
});
