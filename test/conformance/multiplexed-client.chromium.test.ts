import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { bundle } from "../../packages/client/src/test-kit/bundle.test-kit.js";
import { chromiumArgs, findChromium } from "../chromium.js";
import { eventually } from "./within.js";

// Over HTTP/1.1 a browser opens six connections to a server, for all tabs together.

const patience = 30_000;

const contractText = `
import { defineContract, subscription } from "@sluice/contract";
import * as z from "zod";
export const contract = defineContract({ room: subscription({ input: z.string(), events: { said: z.int() } }) });
`;
const contract = defineContract({ room: subscription({ input: z.string(), events: { said: z.int() } }) });

const app = (multiplex: boolean) => `
import { createClient } from "@sluice/client";
import { contract } from "./fixture-contract.js";
const client = createClient(contract, { url: "/api", linger: 0, multiplex: ${multiplex} });
const rooms = new Map();
globalThis.enter = (names) => {
  for (const name of names) {
    const room = { status: "", said: [] };
    room.leave = client.room.subscribe(name, {
      onConnection: ({ status }) => (room.status = status),
      on: { said: (n) => room.said.push(n) },
    });
    rooms.set(name, room);
  }
};
globalThis.leave = (names) => {
  for (const name of names) {
    rooms.get(name).leave();
    rooms.delete(name);
  }
};
globalThis.live = () => [...rooms.values()].filter(({ status }) => status === "live").length;
globalThis.heard = () => [...rooms].map(([name, { said }]) => name + ": " + said.join());
globalThis.ping = async (times) => {
  const took = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await (await fetch("/ping", { signal: AbortSignal.timeout(5_000) })).text();
    took.push(performance.now() - start);
  }
  return took.sort((a, b) => a - b)[times >> 1];
};
`;

interface Tab {
  enter(names: readonly string[]): void;
  leave(names: readonly string[]): void;
  live(): number;
  heard(): string[];
  ping(times: number): Promise<number>;
}
const call = <Name extends keyof Tab>(page: Page, name: Name, argument?: unknown) =>
  page.evaluate(
    ([key, given]) => (globalThis as unknown as Record<string, (given: unknown) => unknown>)[key]?.(given),
    [name, argument] as const,
  ) as Promise<Awaited<ReturnType<Tab[Name]>>>;

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** A server with a page, and a browser that opens it in tabs. */
async function setUp(multiplex = true) {
  const sluice = createSluice(implement(contract).$router({ room: implement(contract).room.live() }), {
    limits: { streamsPerClient: 100 },
  });
  const { code } = await bundle(app(multiplex), contractText, "iife");
  const api = sluiceNode(sluice, { base: "/api", context: () => ({}) });
  const open = { now: 0, most: 0 };
  const server = createServer((request, response) => {
    if (request.url === "/") response.setHeader("content-type", "text/html").end(`<script src="/app.js"></script>`);
    else if (request.url === "/app.js") response.setHeader("content-type", "text/javascript").end(code);
    else if (!request.url?.startsWith("/api")) response.end("pong");
    else {
      open.most = Math.max(open.most, ++open.now);
      response.on("close", () => open.now--);
      api(request, response);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });
  onTestFinished(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });
  const context: BrowserContext = await browser.newContext();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const openTab = async () => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  const say = (name: string, n: number) => sluice.topic(contract.room, name).publish({ type: "said", data: n });
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
  const { openTab } = await setUp(false);
  const tab = await openTab();
  await call(tab, "enter", names("r", 30));
  await eventually(async () => expect(await call(tab, "live")).toBe(6), patience);
  await expect(call(tab, "ping", 1)).rejects.toThrow();
}, 60_000);

it("three tabs work that all change their sets at once, and each has one stream in the end", async () => {
  const { openTab, open, say } = await setUp();
  const tabs = [await openTab(), await openTab(), await openTab()];
  const all = <Name extends keyof Tab>(name: Name, argument?: unknown) =>
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
