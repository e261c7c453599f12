import { defineContract, subscription } from "@sluice/contract";
import { type Log, LogError, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { sluiceFetch } from "./adapters/fetch.js";
import { createSluice, implement } from "./index.js";
import { eventually } from "./test-kit/eventually.test-kit.js";

const events = { tick: z.int() };
const state = { schema: z.int(), initial: 0, apply: { tick: (_last: number, n: number) => n } };
const contract = defineContract({ feed: subscription({ events }), folded: subscription({ events, state }) });

/** A log that does nothing after `close`, as the engines say. */
function closableLog(): Log {
  const inner = memoryLog();
  let isClosed = false;
  const failed = () => Promise.reject(new LogError("unavailable", "The log is closed."));
  return {
    ...inner,
    open: (...args) => (isClosed ? failed() : inner.open(...args)),
    async close() {
      isClosed = true;
    },
  };
}

it.each<[what: string, path: string, body?: string]>([
  ["a subscription", "feed"],
  ["one with state", "folded"],
  ["a lane", "$streams", '{"subscriptions":[{"path":"feed"}]}'],
])(
  "%s that is still being opened when the Sluice has closed its log is refused, and nobody is told of it",
  async (_what, path, body) => {
    const reports: unknown[] = [];
    let isAsked = false;
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const s = implement(contract);
    const slow = s.$middleware(async ({ next }) => {
      isAsked = true;
      await gate;
      return next();
    });
    const router = s.$router({ feed: s.feed.use(slow).live(), folded: s.folded.use(slow).live() });
    const sluice = createSluice(router, { log: closableLog(), onError: ({ error }) => reports.push(error) });
    const headers = { "content-type": "application/json" };
    const init = body === undefined ? {} : { method: "POST", headers, body };
    const answer = sluiceFetch(sluice)(`http://host/${path}`, init);
    await eventually(() => expect(isAsked).toBe(true));
    await sluice.close({ timeout: 0 });
    letGo();
    const text = await (await answer).text();
    if (body === undefined) expect(text).toContain("unavailable"); // the stream of a lane is closed
    expect(reports).toEqual([]);
  },
);
