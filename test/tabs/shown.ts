import { expect } from "vitest";
import type { Shown } from "./page.js";
import type { Site } from "./site.js";

/** A tab of any browser. */
export interface Tab {
  evaluate<Result>(run: () => Result): Promise<Result>;
}

/** A browser is slow on a busy machine. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 30_000, interval: 50 });

export const shownBy = (tab: Tab): Promise<Shown> =>
  tab.evaluate(() => (globalThis as unknown as { shown: Shown }).shown);

/** Opens tabs, one after another, so that the first one leads. */
export async function openTabs<T extends Tab>(
  site: Site,
  count: number,
  open: (url: string) => Promise<T>,
): Promise<T[]> {
  const tabs: T[] = [];
  for (let i = 0; i < count; i++) {
    const tab = await open(site.url);
    tabs.push(tab);
    await eventually(async () => (await shownBy(tab))?.statuses.at(-1)).toBe("live");
    await eventually(async () => (await shownBy(tab)).counts.length).toBeGreaterThan(0);
  }
  await eventually(() => site.tabs).toEqual([(await shownBy(tabs[0] as T)).tab]);
  return tabs;
}

/** Waits until each tab has the last event, and checks that it has all before it, each once and in order. */
export async function expectComplete(site: Site, tabs: readonly Tab[], told: readonly string[] = []): Promise<void> {
  for (const tab of tabs) {
    await eventually(async () => (await shownBy(tab)).ticks.at(-1)).toBe(site.last);
    await eventually(async () => (await shownBy(tab)).counts.at(-1)).toBe(site.last);
    const shown = await shownBy(tab);
    for (const numbers of [shown.ticks, shown.counts]) {
      const [first = 0] = numbers;
      expect(numbers).toEqual(numbers.map((_, i) => first + i));
    }
    expect(shown.ticks.length).toBeGreaterThan(20);
    expect(shown.told).toEqual(told);
  }
}

/** Waits until a tab has got some more events. */
export async function moreEvents(tab: Tab): Promise<void> {
  const { ticks } = await shownBy(tab);
  await eventually(async () => (await shownBy(tab)).ticks.length).toBeGreaterThan(ticks.length + 30);
}
