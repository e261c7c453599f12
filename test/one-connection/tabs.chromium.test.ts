import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { type RawChromium, type RawTab, startChromium } from "../tabs/raw-chromium.js";
import { eventually, expectComplete, moreEvents, openTabs, shownBy } from "../tabs/shown.js";
import { type Site, startSite } from "../tabs/site.js";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let browser: RawChromium;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.[Symbol.asyncDispose]());

async function setUp(count: number): Promise<{ site: Site; tabs: RawTab[] }> {
  const site = await startSite();
  const tabs: RawTab[] = [];
  onTestFinished(async () => {
    for (const tab of tabs) await tab.close().catch(() => {});
    await site[Symbol.asyncDispose]();
  });
  await openTabs(site, count, async (url) => {
    const tab = await browser.open(url);
    tabs.push(tab);
    return tab;
  });
  return { site, tabs };
}

it("credentials are renewed once for all tabs, each time, and no tab misses an event", async () => {
  const { site, tabs } = await setUp(4);
  const stop = site.publish();
  for (const renewals of [1, 2, 3]) {
    await moreEvents(tabs[3] as RawTab);
    await site.expire();
    await eventually(() => site.renewals).toBe(renewals);
    for (const tab of tabs) await moreEvents(tab);
    expect(site.renewals).toBe(renewals);
  }
  await stop();
  await expectComplete(site, tabs);
  expect(site.tabs).toHaveLength(1);
  expect(site.renewals).toBe(3);
});

it("credentials that can't be renewed end the subscriptions of all tabs, each once, and are asked for once", async () => {
  const { site, tabs } = await setUp(3);
  const stop = site.publish();
  await moreEvents(tabs[2] as RawTab);
  await site.expire({ isFinal: true });
  for (const tab of tabs) {
    await eventually(async () => (await shownBy(tab)).told.length).toBe(2);
    expect(await shownBy(tab)).toMatchObject({ told: ["error unauthorized", "error unauthorized"] });
  }
  await stop();
  await eventually(() => site.streams).toBe(0);
  expect(site.renewals).toBe(1);
});

it("a reader that holds megabytes back, in the tab that leads or in another one, holds up nobody else", async () => {
  const { site, tabs } = await setUp(3);
  const readers = tabs.slice(0, 2);
  const stop = site.publish();
  for (const tab of readers) {
    await tab.evaluate(() => void (globalThis as unknown as { readBulk(): void }).readBulk());
  }
  await eventually(() => site.streams).toBe(3); // a reader has a stream of its own
  const publishing = site.publishBulk(40);
  for (const tab of tabs) await moreEvents(tab);
  await publishing;
  for (const tab of tabs) await moreEvents(tab);
  const parts = (tab: RawTab) =>
    tab.evaluate(() => (globalThis as unknown as { reader: { parts: number[] } }).reader.parts);
  for (const tab of readers) {
    await eventually(async () => [(await shownBy(tab)).told, await parts(tab)]).toEqual([[], [500_000]]);
  }
  for (const tab of readers) {
    await tab.evaluate(() => (globalThis as unknown as { reader: { read(): void } }).reader.read());
    await eventually(async () => (await parts(tab)).length).toBe(80);
  }
  await stop();
  await expectComplete(site, tabs);
});
