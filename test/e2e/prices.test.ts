import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badge, countOf, cut, launch, openPage, withoutKills } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { startExample } from "./support/example.ts";
import { call, readUntilLive } from "./support/stream.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** The page's figures, by name, all of one moment. */
const figures = (page: Page): Promise<Record<string, number>> =>
  page.locator(".figure").evaluateAll((all) =>
    Object.fromEntries(
      all.map((figure) => {
        const text = (tag: string) => figure.querySelector(tag)?.textContent ?? "";
        return [text("dt"), Number(text("dd").replaceAll(",", ""))];
      }),
    ),
  );

const figure = async (page: Page, name: string) => (await figures(page))[name] ?? Number.NaN;

const setRate = (url: string, perSecond: number) => call(`${url}/api/prices/setRate`, { perSecond });

async function lastSeq(url: string, symbol: string): Promise<number> {
  const frames = await readUntilLive(`${url}/api/prices/ticks?input=${encodeURIComponent(JSON.stringify({ symbol }))}`);
  const last = frames.filter(({ type }) => type === "tick").at(-1)?.data as { seq: number } | undefined;
  return last?.seq ?? 0;
}

test("at 3,000 events a second no cut loses or duplicates one", async () => {
  await using example = await startExample();
  const { url } = example;
  await setRate(url, 3_000);
  await using opened = await openPage(browser, `${url}/prices`);
  const { page, problems } = opened;
  await eventually(() => figure(page, "Events a second")).toBeGreaterThan(2_000);
  const before = await figures(page);

  for (let cuts = 1; cuts <= 3; cuts++) {
    await eventually(() => badge(page, "prices/ticks")).toBe("Live");
    await cut(page);
    await eventually(() => countOf(page, "prices/ticks", "$live")).toBe(cuts + 1);
  }
  await setRate(url, 1);
  await eventually(async () => (await figure(page, "Last number")) === (await lastSeq(url, "AAPL"))).toBe(true);

  const after = await figures(page);
  expect(after).toMatchObject({ Missing: 0, Doubled: 0, Resets: 0 });
  // Counted independently of the page: the number of applied events equals the number of numbers.
  const grown = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
  expect(grown("Applied")).toBe(grown("Last number"));
  expect(grown("Applied")).toBeGreaterThan(2_000);
  expect(await countOf(page, "prices/ticks", "$reset")).toBe(0);
  expect(problems).toEqual([]);
});

test("after a crash of the server ticks continue after a reset, and none is lost silently", async () => {
  const before = await startExample();
  const { url } = before;
  await setRate(url, 2_000);
  await using opened = await openPage(browser, `${url}/prices`);
  const { page, problems } = opened;
  await eventually(() => figure(page, "Applied")).toBeGreaterThan(2_000);
  await before.crash();
  await eventually(() => badge(page, "prices/ticks")).toBe("Reconnecting");

  await using after = await startExample(before.port);
  await setRate(after.url, 2_000);
  const applied = await figure(page, "Applied");
  await eventually(() => badge(page, "prices/ticks")).toBe("Live");
  await eventually(() => figure(page, "Applied")).toBeGreaterThan(applied + 1_000);
  expect(await figures(page)).toMatchObject({ Missing: 0, Doubled: 0, Resets: 1 });
  await eventually(() => countOf(page, "prices/ticks", "$reset")).toBe(1);
  await page.getByText("History was lost").waitFor();
  await eventually(() => page.getByText("2,000 events a second").count()).toBe(1);
  expect(withoutKills(problems)).toEqual([]);
});

test("price, high and low are of one moment, and the chart's last label is whole", async () => {
  await using example = await startExample();
  await setRate(example.url, 5_000);
  await using opened = await openPage(browser, `${example.url}/prices`);
  const { page, problems } = opened;
  await eventually(() => figure(page, "Events a second")).toBeGreaterThan(1_000);
  const seen = await page.evaluate(async () => {
    const canvas = document.querySelector("canvas") as HTMLCanvasElement;
    const copy = new OffscreenCanvas(2, canvas.height).getContext("2d", { willReadFrequently: true });
    const frames: { last: number; high: number; low: number; isCut: boolean }[] = [];
    while (frames.length < 120 && copy) {
      await new Promise(requestAnimationFrame);
      // A frame's pictures are there when its callbacks are through.
      await new Promise((resolve) => setTimeout(resolve));
      const [last = 0, high = 0, low = 0] = [...document.querySelectorAll(".market dd")].map(({ textContent }) =>
        Number(textContent?.replaceAll(",", "")),
      );
      copy.clearRect(0, 0, 2, canvas.height);
      copy.drawImage(canvas, 2 - canvas.width, 0);
      frames.push({ last, high, low, isCut: copy.getImageData(0, 0, 2, canvas.height).data.some((part) => part > 0) });
    }
    return frames;
  });
  expect(seen.filter(({ last, high, low }) => !(low <= last && last <= high))).toEqual([]);
  expect(seen.filter(({ isCut }) => isCut)).toEqual([]);
  expect(problems).toEqual([]);
});

test("the chart has room for half of the widest label, wherever the last one comes to be", async () => {
  await using example = await startExample();
  await using opened = await openPage(browser, `${example.url}/prices`);
  const { page } = opened;
  await page.locator(".u-over").waitFor();
  const { room, half } = await page.evaluate(() => {
    const edge = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().right ?? Number.NaN;
    const text = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
    text.font = `12px ${getComputedStyle(document.querySelector(".chart [role=img]") as Element).fontFamily}`;
    const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
    const days = Array.from({ length: 366 }, (_, i) => day.format(Date.UTC(2000, 0, 1 + i)));
    const widest = Math.max(...days.map((label) => text.measureText(label).width));
    return { room: edge(".chart canvas") - edge(".u-over"), half: widest / 2 };
  });
  expect(room).toBeGreaterThan(half);
});

test("all windows agree on the rate, which the arrow keys change", async () => {
  await using example = await startExample();
  await using one = await openPage(browser, `${example.url}/prices`);
  await using two = await openPage(browser, `${example.url}/prices`);
  const slider = one.page.getByRole("slider");
  await slider.focus();
  await one.page.keyboard.press("End");
  await eventually(() => two.page.getByText("5,000 events a second").count()).toBe(1);
  for (let presses = 0; presses < 3; presses++) await one.page.keyboard.press("ArrowLeft");
  await eventually(() => two.page.getByText("2,000 events a second").count()).toBe(1);
  await eventually(() => slider.getAttribute("aria-valuetext")).toBe("2000 events a second");

  await two.page.getByText("S&P 500").click();
  await eventually(() => figure(two.page, "Last number")).toBeGreaterThan(0);
  await eventually(() => two.page.getByRole("img", { name: "The latest prices of SP500" }).count()).toBe(1);
  expect(await figures(two.page)).toMatchObject({ Missing: 0, Doubled: 0 });
  expect([...one.problems, ...two.problems]).toEqual([]);
});

/** Milliseconds that nine of ten frames take at most. */
const frameTime = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const gaps: number[] = [];
        let before = performance.now();
        requestAnimationFrame(function next(now) {
          gaps.push(now - before);
          before = now;
          if (gaps.length < 60) requestAnimationFrame(next);
          else resolve(gaps.sort((a, b) => a - b)[54] ?? Number.NaN);
        });
      }),
  );

test("the page stays responsive at 5,000 events a second", async () => {
  await using example = await startExample();
  await setRate(example.url, 1);
  await using opened = await openPage(browser, `${example.url}/prices`);
  const { page, problems } = opened;
  await eventually(() => badge(page, "prices/ticks")).toBe("Live");
  const idle = await frameTime(page);
  await setRate(example.url, 5_000);
  await eventually(() => figure(page, "Events a second")).toBeGreaterThan(4_000);
  // A busy machine takes its time for a still page, too, and for a while for any.
  await eventually(() => frameTime(page)).toBeLessThan(250 + 3 * idle);
  expect(problems).toEqual([]);
});
