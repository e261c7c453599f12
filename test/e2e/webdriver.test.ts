import { expect, test, vi } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { type BrowserName, browserNames, missingOf } from "../webdriver/browsers.ts";
import { type DrivenPage, startBrowser } from "../webdriver/driver.ts";
import { startExample } from "./support/example.ts";

vi.setConfig({ testTimeout: 120_000 });

const texts = (page: DrivenPage, css: string) =>
  page.evaluate((css) => [...document.querySelectorAll(css)].map(({ textContent }) => textContent), css);

const press = (page: DrivenPage, label: string) =>
  page.evaluate((label) => {
    for (const button of document.querySelectorAll("button")) if (button.textContent?.includes(label)) button.click();
  }, label);

/** A browser is slow on a busy machine. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 40_000, interval: 50 });

const isLive = (page: DrivenPage) => eventually(() => texts(page, ".badge-state")).toEqual(["Live"]);

/** Control frames and what happened to the connection, oldest first. */
const notes = async (page: DrivenPage) =>
  (await texts(page, ".notes li span")).reverse().map((note) => note?.replace("scores/board ", "").split(" {")[0]);

/** Makes garbage, and gives the browser turns in which to collect it. */
async function collectGarbage(page: DrivenPage): Promise<void> {
  await page.evaluate(() => {
    const kept = globalThis as unknown as { rounds: number };
    kept.rounds = 0;
    (function litter() {
      for (let i = 0; i < 50; i++) new Array(20_000).fill({ i });
      if (++kept.rounds < 20) setTimeout(litter, 50);
    })();
  });
  await eventually(() => page.evaluate(() => (globalThis as unknown as { rounds: number }).rounds)).toBe(20);
}

for (const name of browserNames) describeWith(missingOf(name), `in ${name}`, () => cases(name));

function cases(name: BrowserName): void {
  test("two windows agree, a cut resumes, and a crash is a reset that the page shows", async () => {
    await using before = await startExample();
    await using browser = await startBrowser(name);
    const one = await browser.open(`${before.url}/scores`);
    const two = await browser.open(`${before.url}/scores`);
    await isLive(one);
    await isLive(two);
    await one.evaluate(() => document.querySelector<HTMLElement>('[data-match="norwich"] input')?.click());
    await eventually(() => texts(one, ".console .primary span")).toEqual(["Norwich", "Liverpool"]);
    await press(one, "Liverpool");
    await eventually(() => texts(two, '[data-match="norwich"] .minutes.away')).toEqual(["7′"]);

    // Objects that only the fetch holds are collected by then. The cut must still work.
    await collectGarbage(one);
    await press(one, "Cut the connection");
    const start = ["opened", "$open", "$snapshot", "$live"];
    await eventually(() => notes(one)).toEqual([...start, "cut here", "opened", "$open", "$live"]);

    await before.crash();
    await eventually(() => texts(one, ".badge-state")).toEqual(["Reconnecting"]);
    await using _after = await startExample(before.port);
    await isLive(one);
    await eventually(async () => (await notes(one)).slice(-4)).toEqual(["$open", "$reset", "$snapshot", "$live"]);
    await eventually(() => texts(one, ".lost strong")).toEqual(["History was lost"]);
    for (const page of [one, two])
      await eventually(() => texts(page, '[data-match="norwich"] .minutes.away')).toEqual([""]);
  });
}
