import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badge, countOf, cut, launch, openPage, wire } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { type Example, startExample } from "./support/example.ts";
import { readUntilLive } from "./support/stream.ts";

interface Quake {
  readonly seq: number;
  readonly magnitude: number;
}

let browser: Browser;
let example: Example;
beforeAll(async () => {
  [browser, example] = await Promise.all([launch(), startExample()]);
});
afterAll(async () => {
  await browser.close();
  await example.crash();
});

/** Numbers of the listed reports, oldest first. */
const listed = async (page: Page): Promise<number[]> =>
  (
    await page.locator("[data-quake]").evaluateAll((all) => all.map((each) => Number(each.getAttribute("data-quake"))))
  ).reverse();

const quakesOf = async (url: string, input: object): Promise<Quake[]> => {
  const address = `${url}/api/newswire/quakes?input=${encodeURIComponent(JSON.stringify(input))}`;
  return (await readUntilLive(address)).filter(({ type }) => type === "quake").map(({ data }) => data);
};

const choose = (page: Page, step: string) => page.locator(".segments label", { hasText: step }).click();

const figure = async (page: Page, name: string): Promise<number> =>
  Number((await page.locator(".figure", { hasText: name }).locator("dd").textContent())?.replaceAll(",", ""));

const isDense = (numbers: readonly number[]) => numbers.every((n, i) => i === 0 || n === (numbers[i - 1] ?? 0) + 1);

test("late visitors start with the last fifty, and windows agree", async () => {
  expect(await quakesOf(example.url, {})).toHaveLength(50);
  await using one = await openPage(browser, `${example.url}/newswire`);
  await using two = await openPage(browser, `${example.url}/newswire`);
  for (const { page } of [one, two]) {
    await choose(page, "All");
    await eventually(async () => (await listed(page)).length).toBeGreaterThan(50);
    expect(isDense(await listed(page))).toBe(true);
    expect(await figure(page, "Held back")).toBe(0);
    await page.locator(".land").waitFor();
  }
  const last = (await listed(one.page)).at(-1) ?? Number.NaN;
  await eventually(async () => (await listed(two.page)).includes(last)).toBe(true);
  expect([...one.problems, ...two.problems]).toEqual([]);
});

test("smaller quakes never come over the wire", async () => {
  const { url } = example;
  const all = await quakesOf(url, {});
  const strong = await quakesOf(url, { minMagnitude: 2.5 });
  expect(strong.length).toBeGreaterThan(0);
  expect(strong.every(({ magnitude }) => magnitude >= 2.5)).toBe(true);
  expect(strong.length).toBeLessThan(all.length);

  await using opened = await openPage(browser, `${url}/newswire`);
  const { page, problems } = opened;
  await eventually(() => figure(page, "Received")).toBeGreaterThan(strong.length);
  const magnitudes = async () =>
    [...(await wire(page)).matchAll(/"magnitude":(-?[\d.]+)/g)].map(([, text]) => Number(text));
  await eventually(async () => (await magnitudes()).length).toBeGreaterThan(strong.length);
  expect(Math.min(...(await magnitudes()))).toBeGreaterThanOrEqual(2.5);
  expect(await figure(page, "Held back")).toBeGreaterThan(0);
  expect(problems).toEqual([]);
});

test("after a cut it resumes, whatever the filter withheld meanwhile", async () => {
  await using opened = await openPage(browser, `${example.url}/newswire`);
  const { page, problems } = opened;
  await choose(page, "1.0 and up");
  await eventually(async () => (await listed(page)).length).toBeGreaterThan(10);
  for (let cuts = 1; cuts <= 2; cuts++) {
    await eventually(() => badge(page, "newswire/quakes")).toBe("Live");
    const before = await figure(page, "Received");
    await cut(page);
    await eventually(() => figure(page, "Received")).toBeGreaterThan(before + 3);
  }
  const shown = await listed(page);
  // What the server would have sent without a cut.
  const truth = (await quakesOf(example.url, { minMagnitude: 1 })).map(({ seq }) => seq);
  const both = (seq: number) => seq >= Math.max(shown[0] ?? 0, truth[0] ?? 0) && seq <= (shown.at(-1) ?? 0);
  expect(shown.filter(both)).toEqual(truth.filter(both));
  expect(shown.filter(both).length).toBeGreaterThan(6);
  expect(new Set(shown).size).toBe(shown.length);
  expect(await countOf(page, "newswire/quakes", "$reset")).toBe(0);
  expect(problems).toEqual([]);
});
