import { expect, it, onTestFinished, vi } from "vitest";
import { describeWith } from "../support/describe-with.js";
import { browserNames, missingOf } from "../webdriver/browsers.js";
import { type DrivenPage, startBrowser } from "../webdriver/driver.js";
import { names, type RoomsTab, startRooms } from "./rooms-site.js";

vi.setConfig({ testTimeout: 240_000 });

/** A browser is slow on a busy machine. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 40_000, interval: 50 });

const call = <Name extends keyof RoomsTab>(page: DrivenPage, name: Name, argument?: unknown) =>
  page.evaluate(
    (key, given) => (globalThis as unknown as Record<string, (given: unknown) => unknown>)[key]?.(given),
    name,
    argument,
  ) as Promise<ReturnType<RoomsTab[Name]>>;

/** The median of ordinary requests in the page, in milliseconds; -1 if one gets no answer. */
async function ping(page: DrivenPage, times: number): Promise<number> {
  await page.evaluate((count) => {
    const kept = globalThis as unknown as RoomsTab & { pinged: number | undefined };
    kept.pinged = undefined;
    kept.ping(count).then(
      (ms) => (kept.pinged = ms),
      () => (kept.pinged = -1),
    );
  }, times);
  const pinged = () => page.evaluate(() => (globalThis as unknown as { pinged?: number }).pinged ?? null);
  await eventually(pinged).not.toBeNull();
  return (await pinged()) as number;
}

for (const name of browserNames) {
  describeWith(missingOf(name), `in ${name}`, () => {
    async function setUp(options?: Parameters<typeof startRooms>[0]) {
      const site = await startRooms(options);
      const browser = await startBrowser(name);
      onTestFinished(async () => {
        await browser[Symbol.asyncDispose]();
        site.close();
      });
      return { ...site, openTab: () => browser.open(site.url) };
    }

    it("thirty subscriptions have one connection, and leave room for ordinary requests", async () => {
      const { openTab, open, say } = await setUp();
      const tab = await openTab();
      const alone = await ping(tab, 20);
      await call(tab, "enter", names("r", 30));
      await eventually(() => call(tab, "live")).toBe(30);
      expect(open).toEqual({ now: 1, most: 1 });
      const beside = await ping(tab, 20);
      expect(beside).toBeGreaterThanOrEqual(0);
      expect(beside).toBeLessThan(alone * 3 + 500);
      for (const room of names("r", 30)) await say(room, 1);
      await eventually(async () => (await call(tab, "heard")).filter((text) => !text.endsWith(": 1"))).toEqual([]);

      // The set changes: for some time there may be a second stream.
      await call(tab, "enter", names("s", 12));
      await call(tab, "leave", names("r", 12));
      await eventually(() => call(tab, "live")).toBe(30);
      await eventually(() => open.now).toBe(1);
      expect(open.most).toBeLessThanOrEqual(2);
      const left = [...names("r", 30).slice(12), ...names("s", 12)];
      for (const room of left) await say(room, 2);
      await eventually(async () => (await call(tab, "heard")).filter((text) => !text.endsWith("2"))).toEqual([]);
    });

    it("with a stream each, they would leave none: the test above would see it", async () => {
      const { openTab } = await setUp({ multiplex: false });
      const tab = await openTab();
      await call(tab, "enter", names("r", 30));
      await eventually(() => call(tab, "live")).toBe(6);
      expect(await ping(tab, 1)).toBe(-1);
    });
  });
}
