import { defineContract, query, subscription } from "@sluice/contract";
import { expect, it, vi } from "vitest";
import * as z from "zod";
import { sluiceFetch } from "./adapters/fetch.js";
import { createSluice, implement } from "./index.js";
import { eventually } from "./test-kit/eventually.test-kit.js";

const events = { tick: z.int() };
const contract = defineContract({ look: query({}), feed: subscription({ events }), made: subscription({ events }) });

type Wait = (args: { readonly signal: AbortSignal }) => Promise<never>;
const untilLeft: Wait = ({ signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const failsThen: Wait = (args) => untilLeft(args).catch(() => Promise.reject(new Error("late")));

/** What is reported when the caller leaves while `wait` is asked. */
async function reportsOf(path: string, wait: Wait, body?: string) {
  const reports: unknown[] = [];
  const asked = vi.fn(wait);
  const s = implement(contract);
  const slow = s.$middleware((args) => asked(args));
  const router = s.$router({
    look: s.look.handler((args) => asked(args)),
    feed: s.feed.use(slow).live(),
    made: s.made.stream(async function* (args) {
      yield { type: "tick", data: await asked(args) };
    }),
  });
  const sluice = createSluice(router, { onError: ({ error }) => reports.push((error as Error).message) });
  const leave = new AbortController();
  const headers = { "content-type": "application/json" };
  const init = { signal: leave.signal, ...(body !== undefined && { method: "POST", headers, body }) };
  const answer = sluiceFetch(sluice)(`http://host/${path}`, init).catch(() => undefined);
  await eventually(() => expect(asked).toHaveBeenCalled());
  leave.abort();
  await answer;
  await sluice.close({ timeout: 0 });
  return reports;
}

it.each<[what: string, path: string, body?: string]>([
  ["a query", "look"],
  ["the middleware of a subscription", "feed"],
  ["a generator", "made"],
  ["the middleware of a lane", "$streams", '{"subscriptions":[{"path":"feed"}]}'],
])(
  "%s may give up with an AbortError when its caller has left, and any other error is reported",
  async (_what, path, body) => {
    expect(await reportsOf(path, untilLeft, body)).toEqual([]);
    expect(await reportsOf(path, failsThen, body)).toEqual(["late"]);
  },
);

it("an AbortError of something else is reported", async () => {
  const reports: unknown[] = [];
  const s = implement(contract);
  const look = s.look.handler(() => Promise.reject(new DOMException("timed out", "AbortError")));
  const router = s.$router({ look, feed: s.feed.live(), made: s.made.live() });
  const sluice = createSluice(router, { onError: ({ error }) => reports.push((error as Error).message) });
  const { status } = await sluiceFetch(sluice)("http://host/look");
  expect([status, reports]).toEqual([500, ["timed out"]]);
});
