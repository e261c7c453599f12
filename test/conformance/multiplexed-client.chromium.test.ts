import { type BrowserContext, chromium, type Page } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import { chromiumArgs, findChromium } from "../chromium.js";
import { names, type RoomsTab, startRooms } from "../one-connection/rooms-site.js";
import { eventually } from "./within.js";

// Over HTTP/1.1 a browser opens six connections to a server, for all tabs together.

const patience = 30_000;

const call = <Name extends keyof RoomsTab>(page: Page, name: Name, argument?: unknown) =>
  page.evaluate(
    ([key, given]) => (globalThis as unknown as Record<string, (given: unknown) => unknown>)[key]?.(given),
    [name, argument] as const,
  ) as Promise<Awaited<ReturnType<RoomsTab[Name]>>>;

/** A server with a page, and a browser that opens it in tabs. */
async function setUp(options?: Parameters<typeof startRooms>[0]) {
  const { url, open, say, close } = await startRooms(options);
  const browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });
  onTestFinished(async () => {
    await browser.close();
    close();
  });
  const context: BrowserContext = await browser.newContext({ ignoreHTTPSErrors: true });
  const openTab = async () => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  return { openTab, open, say };
}

it("thirty subscriptions leave room for ordinary requests in a browser", async () => {
  const { openTab, open, say } = await setUp();
  const tab = await openTab();
  const alone = await call(tab, "ping", 20);
  await call(tab, "enter", names("r", 30));
  await eventually(async () => expect(await call(tab, "live")).toBe(30), patience);
  expect(open).toEqual({ now: 1, most: 1 });
  // Half a second is for a machine that has much else to do: without a free connection no answer would come.
  expect(await call(tab, "ping", 20)).toBeLessThan(alone * 3 + 500);
  for (const name of names("r", 30)) await say(name, 1);
  await eventually(async () => expect((await call(tab, "heard")).filter((text) => !text.endsWith(": 1"))).toEqual([]));
}, 60_000);

it("with a stream each, they would leave none: the test above would see it", async () => {
  const { openTab } = await setUp({ multiplex: false });
  const tab = await openTab();
  await call(tab, "enter", names("r", 30));
  await eventually(async () => expect(await call(tab, "live")).toBe(6), patience);
  await expect(call(tab, "ping", 1)).rejects.toThrow();
}, 60_000);

it("three tabs work that all change their sets at once, and each has one stream in the end", async () => {
  const { openTab, open, say } = await setUp();
  const tabs = [await openTab(), await openTab(), await openTab()];
  const all = <Name extends keyof RoomsTab>(name: Name, argument?: unknown) =>
    Promise.all(tabs.map((tab) => call(tab, name, argument)));
  await all("enter", names("r", 20));
  await eventually(async () => expect(await all("live")).toEqual([20, 20, 20]), patience);
  for (let round = 1; round <= 3; round++) {
    await all("enter", names(`page${round}-`, 12));
    await all("leave", round === 1 ? names("r", 12) : names(`page${round - 1}-`, 12));
    await eventually(async () => expect(await all("live")).toEqual([20, 20, 20]), patience);
    await all("ping", 1);
    // Newcomers are merged after two seconds of quiet, in all tabs at the same time.
    await eventually(() => expect(open.now).toBe(3), patience);
  }
  expect(open.most).toBeLessThanOrEqual(6);
  for (const name of [...names("r", 20).slice(12), ...names("page3-", 12)]) await say(name, 7);
  await eventually(
    async () => expect((await all("heard")).flat().filter((text) => !text.endsWith(": 7"))).toEqual([]),
    patience,
  );
}, 120_000);

it("over HTTP/2, where a second stream takes no connection, newcomers are merged when there are too many, and not after a time", async () => {
  const [shared, plain] = [await setUp({ http2: true }), await setUp()];
  const both = [
    { ...shared, tab: await shared.openTab() },
    { ...plain, tab: await plain.openTab() },
  ] as const;
  const enter = async (all: readonly string[], live: number) => {
    for (const { tab } of both) await call(tab, "enter", all);
    for (const { tab } of both) await eventually(async () => expect(await call(tab, "live")).toBe(live), patience);
  };
  await enter(names("r", 20), 20);
  await enter(names("n", 2), 22);
  // (The server may see the next stream's request before the end of one that the client has left.)
  await eventually(() => expect(plain.open.now).toBe(1), patience);
  expect(shared.open).toEqual({ now: 2, most: 2 });
  await enter(names("o", 31), 53);
  await eventually(() => expect(shared.open.now).toBe(1), patience);
  await shared.say("n1", 5);
  await eventually(async () => expect(await call(both[0].tab, "heard")).toContain("n1: 5"), patience);
}, 120_000);
