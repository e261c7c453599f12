import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badge, cut, launch, openPage } from "./support/browser.ts";
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

/** Those that are live as soon as one comes. */
const livePages = ["Scores", "Prices", "Newswire", "Feed", "Document"];
const pages = [...livePages, "Assistant"];

const title = (page: Page) => page.getByRole("heading", { level: 1 }).textContent();

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);

test("the start page counts live events, and none is missing after a cut", async () => {
  await using opened = await openPage(browser, example.url);
  const { page, problems } = opened;
  const number = async () => Number((await page.locator(".proof strong").textContent())?.replaceAll(",", ""));
  await eventually(number).toBeGreaterThan(600);
  await cut(page);
  const before = await number();
  await eventually(() => badge(page, "prices/ticks")).toBe("Live");
  await eventually(number).toBeGreaterThan(before + 10);
  expect(await page.getByText("missing since you came").textContent()).toBe("0 missing since you came");
  expect(problems).toEqual([]);
});

test("a stream can be cut for a while, without any event meanwhile, and misses nothing afterwards", async () => {
  await using opened = await openPage(browser, example.url);
  const { page, problems } = opened;
  await eventually(() => badge(page, "prices/ticks")).toBe("Live");
  const start = Date.now();
  await page.getByRole("button", { name: "Stay cut for 5 s" }).click();
  await page.getByText(/^Cut for .* s more$/).waitFor();
  await eventually(() => badge(page, "prices/ticks")).toBe("Reconnecting");
  expect(await page.locator(".proof b").getAttribute("data-mark")).toBe(null);
  await eventually(() => badge(page, "prices/ticks")).toBe("Live");
  expect(Date.now() - start).toBeGreaterThanOrEqual(5_000);
  expect(await page.getByText("missing since you came").textContent()).toBe("0 missing since you came");
  await page.getByRole("button", { name: "Stay cut for 5 s" }).waitFor();
  expect(problems).toEqual([]);
});

test("nothing is shown as good before data has arrived", async () => {
  await using opened = await openPage(browser, `${example.url}/nowhere`);
  const { page } = opened;
  await page.route("**/api/$streams", () => undefined); // never answered
  await page.getByRole("link", { name: "Go to the start" }).click();
  await eventually(() => badge(page, "prices/ticks")).toBe("Connecting");
  expect(await page.getByText("missing since you came").textContent()).toBe("– missing since you came");
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Prices" }).click();
  await page.locator(".figure").first().waitFor();
  expect(await page.locator(".figure dd").allTextContents()).toEqual(["0", "0", "0", "–", "–", "0"]);
  expect(await page.locator("[data-mark]").count()).toBe(0);
});

test("the start page shows the quick start's code, and links lead to the README and to the source", async () => {
  await using opened = await openPage(browser, example.url);
  const { page, problems } = opened;
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  for (const file of ["contract.ts", "server.ts", "main.tsx"]) {
    await page.locator(".quick-start").getByRole("button", { name: file }).click();
    const shown = await page.locator(".quick-start").getByRole("region", { name: file }).textContent();
    expect(shown).toBe(read(`apps/example/quick-start/${file}`));
  }
  await page.getByRole("banner").getByRole("link", { name: "Source" }).click();
  await page.locator(".sources .code").waitFor();
  await page.getByRole("banner").getByRole("link", { name: "README" }).click();
  await eventually(() => page.locator("body").textContent()).toBe(read("README.md"));
  expect(problems).toEqual([]);
});

test("links, back button and address lead to pages, and the focus goes along", async () => {
  await using opened = await openPage(browser, example.url);
  const { page, problems } = opened;
  const start = "Live data that never loses events silently";
  await eventually(() => title(page)).toBe(start);
  expect(await focused(page)).not.toBe(start);
  for (const name of livePages) {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
    await eventually(() => title(page)).toBe(name);
    await eventually(() => focused(page)).toBe(name);
    expect(new URL(page.url()).pathname).toBe(`/${name.toLowerCase()}`);
    await eventually(() => page.title()).toBe(`${name} · Sluice example`);
    // HTTP/1.1 gives a browser six connections, which all its windows share.
    await eventually(() => page.locator(".badge[data-state=live]").count()).toBeGreaterThan(0);
    expect(await page.locator(".badge").count()).toBeLessThanOrEqual(2);
  }
  await page.goBack();
  await eventually(() => focused(page)).toBe("Feed");
  await page.getByRole("link", { name: "Sluice" }).click();
  await eventually(() => title(page)).toBe(start);
  await page.getByRole("navigation", { name: "What to look at" }).getByRole("link", { name: "Scores" }).click();
  await eventually(() => title(page)).toBe("Scores");
  expect(problems).toEqual([]);
});

test("an unknown path says so, and leads to the start", async () => {
  await using opened = await openPage(browser, `${example.url}/nowhere/at-all`);
  const { page, problems } = opened;
  await page.getByText("There is no page at /nowhere/at-all.").waitFor();
  await page.getByRole("link", { name: "Go to the start" }).click();
  await eventually(() => page.locator(".proof").count()).toBe(1);
  expect(problems).toEqual([]);
});

test("pages show their source as it is in the repository", async () => {
  await using opened = await openPage(browser, example.url, { permissions: ["clipboard-read", "clipboard-write"] });
  const { page, problems } = opened;
  const inRepository = (path: string) => readFileSync(new URL(`../../apps/example/${path}`, import.meta.url), "utf8");
  for (const name of ["Sluice", ...pages]) {
    await page.getByRole("banner").getByRole("link", { name }).click();
    await page.getByText("Source of this page").click();
    const panel = page.locator(".sources");
    const tabs = panel.getByRole("group", { name: "File" }).getByRole("button");
    await tabs.first().waitFor();
    expect(await tabs.count()).toBeGreaterThanOrEqual(4);
    for (const tab of await tabs.all()) {
      await tab.click();
      const file = (await tab.textContent()) ?? "";
      expect(await panel.getByRole("region", { name: file }).textContent()).toBe(inRepository(file));
    }
  }
  await page.locator(".sources").getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(inRepository("web/pages/assistant/stop-button.tsx"));
  expect(problems).toEqual([]);
});

test("a stream that is still connecting can be cut, too", async () => {
  await using opened = await openPage(browser, `${example.url}/nowhere`);
  const { page } = opened;
  let requests = 0;
  await page.route("**/api/$streams", (route) => {
    requests++;
    // The first one is never answered.
    return requests === 1 ? undefined : route.continue();
  });
  await page.getByRole("link", { name: "Scores" }).click();
  await eventually(() => requests).toBe(1);
  expect(await badge(page, "scores/board")).toBe("Connecting");
  await cut(page);
  // Sooner than the client itself would give up.
  await expect.poll(() => badge(page, "scores/board"), { timeout: 7_000 }).toBe("Live");
  expect(requests).toBe(2);
});
