import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { type RawChromium, type RawTab, startChromium } from "./raw-chromium.js";
import { eventually, expectComplete, moreEvents, openTabs, shownBy } from "./shown.js";
import { type Site, startSite } from "./site.js";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let site: Site;
let browser: RawChromium;
/** Whether this build has a back-forward cache: Chromium's headless shell has none. */
let hasCache = false;

beforeAll(async () => {
  site = await startSite();
  browser = await startChromium();
  const tab = await browser.open(`${site.url}empty`);
  await tab.navigate(`${site.url}other`);
  hasCache = await tab.back();
  await tab.close();
});
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

/** The first one leads. They are closed after the test. */
async function open(count: number): Promise<{ leader: RawTab; others: RawTab[]; all: RawTab[] }> {
  const all: RawTab[] = [];
  onTestFinished(async () => {
    for (const tab of all) await tab.close().catch(() => {});
    await eventually(() => site.tabs).toEqual([]);
  });
  await openTabs(site, count, async (url) => {
    const tab = await browser.open(url);
    all.push(tab);
    return tab;
  });
  const [leader, ...others] = all as [RawTab, ...RawTab[]];
  return { leader, others, all };
}

it("ten tabs share one stream, and get every event in order", async () => {
  const { leader, all } = await open(10);
  const stop = site.publish();
  await eventually(() => site.streams).toBe(1); // newcomers have a second one for a moment
  await moreEvents(leader);
  expect(site.streams).toBe(1);
  await stop();
  await expectComplete(site, all);
});

describe("nothing is lost when the leading tab", () => {
  it.each<[string, (tab: RawTab) => unknown]>([
    ["is closed", (tab) => tab.close()],
    ["crashes", (tab) => tab.crash()],
    ["is frozen", (tab) => tab.freeze()],
    ["goes to another page", (tab) => tab.navigate(`${site.url}other`)],
  ])("%s", async (_, leave) => {
    const { leader, others } = await open(4);
    const names = await Promise.all(others.map(async (tab) => (await shownBy(tab)).tab));
    const stop = site.publish();
    await moreEvents(leader);
    await leave(leader);
    await eventually(() => site.tabs.some((tab) => names.includes(tab))).toBe(true);
    await moreEvents(others[0] as RawTab);
    await stop();
    await expectComplete(site, others);
    await eventually(() => site.tabs).toHaveLength(1); // newcomers have a second one for a moment
  });

  it("is busy for eight seconds: another takes its place meanwhile, and it follows from then on", async () => {
    const { leader, others, all } = await open(4);
    const stop = site.publish();
    await moreEvents(leader);
    let isBusy = true;
    const busy = leader
      .evaluate(() => {
        const end = performance.now() + 8_000;
        while (performance.now() < end);
      })
      .finally(() => {
        isBusy = false;
      });
    await eventually(() => site.tabs.length).toBe(2); // the busy one can't close its own
    await moreEvents(others[0] as RawTab);
    expect(isBusy).toBe(true);
    await busy;
    await moreEvents(leader);
    await stop();
    await expectComplete(site, all);
    await eventually(() => site.tabs).toHaveLength(1);
    expect(site.tabs).not.toContain((await shownBy(leader)).tab);
  });
});

it("frozen tabs that are thawed have all events", async () => {
  const { leader, others, all } = await open(3);
  const stop = site.publish();
  await leader.freeze();
  await others[0]?.freeze();
  await moreEvents(others[1] as RawTab);
  await leader.thaw();
  await others[0]?.thaw();
  await moreEvents(leader);
  await stop();
  await expectComplete(site, all);
});

it("tabs in the back-forward cache stay there, and have all events when they are back", async () => {
  const { leader, others } = await open(3);
  const [other, last] = others as [RawTab, RawTab];
  const stop = site.publish();
  for (const tab of [leader, other]) {
    if (hasCache) {
      await tab.navigate(`${site.url}other`);
      await moreEvents(last);
      expect(await tab.back()).toBe(true);
    } else {
      // What the page would be told.
      await tab.evaluate(() => void dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
      await moreEvents(last);
      await tab.evaluate(() => void dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    }
    await eventually(async () => (await shownBy(tab))?.told).toEqual(["cached"]);
  }
  await stop();
  await expectComplete(site, [leader, other], ["cached"]);
  await expectComplete(site, [last]);
});
