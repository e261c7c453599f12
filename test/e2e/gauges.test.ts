import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cut, launch, openPage } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { type Example, startExample } from "./support/example.ts";

let browser: Browser;
let example: Example;
beforeAll(async () => {
  [browser, example] = await Promise.all([launch(), startExample()]);
});
afterAll(async () => {
  await browser.close();
  await example.crash();
});

const figure = async (page: Page, name: string) =>
  Number((await page.locator(".figure", { hasText: name }).locator("dd").textContent())?.replaceAll(",", ""));
const live = (page: Page) => page.locator(".gauge[data-state=live]").count();
const levels = (page: Page) => page.locator(".gauge strong").allTextContents();

test("thirty subscriptions are live on one connection, also after a cut and a change of the set", async () => {
  await using opened = await openPage(browser, `${example.url}/gauges`);
  const { page, problems } = opened;
  await eventually(() => live(page)).toBe(30);
  await eventually(async () => (await levels(page)).length).toBe(30);
  await eventually(() => figure(page, "Connections")).toBe(1);
  expect(await figure(page, "Lanes")).toBe(30);

  await cut(page);
  await eventually(() => live(page)).toBe(30);
  await eventually(() => figure(page, "Connections")).toBe(1);

  await page.getByText("6 gauges", { exact: true }).click();
  await eventually(() => page.locator(".gauge").count()).toBe(6);
  await page.getByText("12 gauges", { exact: true }).click();
  await eventually(() => live(page)).toBe(12);
  await eventually(async () => [await figure(page, "Connections"), await figure(page, "Lanes")]).toEqual([1, 12]);
  expect(problems).toEqual([]);
});

test("a second window has no connection of its own, and takes over when the first is closed", async () => {
  await using opened = await openPage(browser, `${example.url}/gauges`);
  const { page: first, problems } = opened;
  await eventually(() => live(first)).toBe(30);
  const second = await first.context().newPage();
  await second.goto(`${example.url}/gauges`);
  await eventually(() => live(second)).toBe(30);
  await second.getByText("This window has no connection of its own").waitFor();
  await eventually(async () => String(await levels(second)) === String(await levels(first))).toBe(true);

  await first.close();
  await eventually(() => figure(second, "Connections")).toBe(1);
  await eventually(() => live(second)).toBe(30);
  expect(problems).toEqual([]);
});
