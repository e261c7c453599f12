import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { describeWith } from "../support/describe-with.js";
import { browserNames, missingOf } from "../webdriver/browsers.js";
import { type DrivenBrowser, type DrivenPage, startBrowser } from "../webdriver/driver.js";
import { type Adapter, adapters } from "./adapters.js";
import { eventSourceCases, type OpenSource, type Seen } from "./event-source.js";
import { startWorld, type World } from "./world.js";

// A driver opens and queries a page, one command after another.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A page stores its results here, because a driver's functions return at once. */
interface Kept {
  source: EventSource;
  seen: Seen[];
  answer: number | undefined;
}

// Express: the bare adapter answers an unknown path with JSON, whose viewer in Firefox forbids a driver's `eval`.
const express = adapters.find(({ name }) => name === "express") as Adapter;

for (const name of browserNames) {
  describeWith(missingOf(name), `${name}'s EventSource and fetch`, () => {
    let browser: DrivenBrowser;
    let window: DrivenPage | undefined;
    beforeAll(async () => {
      browser = await startBrowser(name);
    });
    afterAll(() => browser?.[Symbol.asyncDispose]());

    /** A page of a world, in the one window of all these tests: a browser takes longer to open one than for all the rest. */
    async function openPage({ url }: Pick<World, "url">): Promise<DrivenPage> {
      // Any response is a document of the same origin.
      const { href } = new URL("/page", url);
      if (window) await window.goto(href);
      else window = await browser.open(href);
      return window;
    }

    eventSourceCases(express, async (url, types) => openSource(await openPage({ url }), url, types));

    it("gets the response of a stream that is silent for long (PROTOCOL §4.1)", async () => {
      const world = await startWorld(express, { tokens: silent });
      const page = await openPage(world);
      for (const path of ["feed/head", "bot/once"]) {
        await page.evaluate((url) => {
          const kept = globalThis as unknown as Kept;
          kept.answer = undefined;
          void fetch(url).then(({ status }) => (kept.answer = status));
        }, `${world.url}/${path}`);
        await expect
          .poll(() => page.evaluate(() => (globalThis as unknown as Kept).answer), { timeout: 20_000 })
          .toBe(200);
      }
    });
  });
}

async function* silent({ signal }: { readonly signal: AbortSignal }) {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  yield* [];
}

async function openSource(page: DrivenPage, ...[url, types]: Parameters<OpenSource>): ReturnType<OpenSource> {
  await page.evaluate(
    (url, types) => {
      const source = new EventSource(url);
      const seen: Seen[] = [];
      for (const type of types) {
        source.addEventListener(type, ({ data, lastEventId }) => seen.push({ type, data, lastEventId }));
      }
      Object.assign(globalThis, { source, seen });
    },
    url,
    types,
  );

  const seen: Seen[] = [];
  const look = async () => {
    seen.push(...(await page.evaluate(() => (globalThis as unknown as Kept).seen.splice(0))));
  };
  let isOver = false;
  const looking = (async () => {
    for (; !isOver; await sleep(20)) await look();
  })();
  onTestFinished(async () => {
    isOver = true;
    await looking;
    // The window is the next test's, too.
    await page.evaluate(() => (globalThis as unknown as Kept).source.close());
  });
  return {
    seen,
    async closed() {
      const isClosed = await page.evaluate(() => (globalThis as unknown as Kept).source.readyState === 2);
      await look();
      return isClosed;
    },
  };
}
