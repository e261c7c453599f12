import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { chromiumArgs, findChromium } from "../chromium.js";
import { adapters } from "./adapters.js";
import { eventSourceCases, type Seen } from "./event-source.js";

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });
}, 60_000);

afterAll(() => browser?.close());

// Adapters differ only in how a request reaches Sluice. The stream's code is the same, so two adapters are enough.
const tried = adapters.filter(({ name }) => name === "express" || name === "node");

describe.each(tried)("Chromium's EventSource, over $name", (adapter) => {
  eventSourceCases(adapter, async (url, types) => {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    // Any response is a document of the same origin.
    await page.goto(new URL("/page", url).href);
    const seen: Seen[] = [];
    await page.exposeFunction("saw", (event: Seen) => seen.push(event));
    await page.evaluate(
      ({ url, types }) => {
        const source = new EventSource(url);
        const { saw } = globalThis as unknown as { saw: (event: object) => void };
        for (const type of types) {
          source.addEventListener(type, ({ data, lastEventId }) => saw({ type, data, lastEventId }));
        }
        Object.assign(globalThis, { source });
      },
      { url, types },
    );
    const closed = () =>
      page.evaluate(() => (globalThis as unknown as { source: EventSource }).source.readyState === 2);
    return { seen, closed };
  });
});
