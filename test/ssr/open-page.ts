import { type Browser, chromium } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { chromiumArgs, findChromium } from "../chromium.js";
import { eventually } from "../conformance/within.js";
import { contract } from "./contract.js";
import type { Ask } from "./page.js";
import { type Site, startSite } from "./site.js";

let topics = 0;

/** A site, a browser, and ways to look at its pages. */
export async function openSite(version: 18 | 19) {
  const [site, browser] = await Promise.all([
    startSite(version),
    chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] }),
  ]);
  return {
    ...site,
    ...publishers(site),
    load: (ask: Ask) => load(site, browser, ask),
    async close() {
      await browser.close();
      await site.close();
    },
  };
}

/** A topic of the test's own. */
export const newTopic = (name = "topic") => `${name}-${++topics}`;

const publishers = ({ sluice }: Site) => ({
  vote: (id: string, name: string) =>
    sluice.topic(contract.tally, { id }).publish({ type: "vote", data: { for: name, at: new Date(0) } }),
  step: (id: string, by: number) => sluice.topic(contract.count, { id }).publish({ type: "step", data: by }),
  post: (id: string, text: string) =>
    sluice.topic(contract.posts, { id }).publish({ type: "post", data: { text, at: new Date(0) } }),
});

/** Loads a page, which stays HTML until it is hydrated. */
async function load(site: Site, browser: Browser, ask: Ask) {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["warning", "error"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(`${site.url}?${new URLSearchParams({ ...ask })}`);
  const text = (name: string) => page.textContent(`#${name}`, { timeout: 5_000 });
  return {
    page,
    text,
    hydrate: () => page.evaluate(() => globalThis.hydratePage()),
    shows: (name: string, expected: string) => eventually(async () => expect(await text(name)).toBe(expected)),
    /** The texts of a view that the browser rendered, without repetitions. */
    seen: async (name: string) => [...new Set(await page.evaluate((each) => globalThis.seen?.texts[each] ?? [], name))],
    events: () => page.evaluate(() => globalThis.seen?.events),
    exchanges: () => page.evaluate(() => globalThis.exchanges),
    /** React had nothing to mend, and nobody complained. */
    async isSound() {
      expect(await page.evaluate(() => globalThis.recovered)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  };
}

export type LoadedPage = Awaited<ReturnType<typeof load>>;

/** The page has asked once, from a cursor, and got no snapshot. */
export async function expectResumed(page: LoadedPage): Promise<void> {
  const exchanges = await page.exchanges();
  expect(exchanges).toHaveLength(1);
  const [{ asked, answer } = { asked: "", answer: "" }] = exchanges;
  expect(asked).toMatch(/cursor|last-event-id/);
  expect(answer).not.toMatch(/\$snapshot|\$reset/);
}
