import { defineContract, subscription } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as z from "zod";
import { sluiceFetch } from "./adapters/fetch.js";
import { createSluice, implement } from "./index.js";

const events = { tick: z.int() };
const state = { schema: z.int(), initial: 0, apply: { tick: (_last: number, n: number) => n } };
const contract = defineContract({
  feed: subscription({ events }),
  folded: subscription({ events, state }),
  run: subscription({ events }),
  sourced: subscription({ events }),
});
const paths = Object.keys(contract);
const one = async function* () {
  yield { type: "tick", data: 1 } as const;
};

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"],
    }),
);
afterEach(() => void vi.useRealTimers());

type Name = Exclude<keyof Log, "watch" | "close">;

/** A Sluice on a log that answers no call of `name` while `isSilent`. */
async function setUp(name: Name, concerns = (_topic: string) => true, isSilent = true) {
  const inner = memoryLog();
  const silence = { isSilent };
  const call = (topic: string, ...rest: unknown[]) =>
    silence.isSilent && concerns(topic)
      ? new Promise<never>(() => {})
      : (inner[name] as (...args: unknown[]) => Promise<unknown>)(topic, ...rest);
  const { feed, folded, run, sourced, $router } = implement(contract);
  const router = $router({
    feed: feed.live(),
    folded: folded.live(),
    run: run.stream(one, { resumable: true }),
    sourced: sourced.live({ source: one }),
  });
  const sluice = createSluice(router, { log: { ...inner, [name]: call } as Log, onError: () => {} });
  const handler = sluiceFetch(sluice);
  const open = (path: string, signal?: AbortSignal) => handler(`http://host/${path}`, signal && { signal });
  await vi.advanceTimersByTimeAsync(0);
  return { sluice, open, silence };
}

const isTopics = (topic: string) => !topic.startsWith("$control");

it.each<[name: Name, of: string, concerns: (topic: string) => boolean]>([
  ["open", "the topics", isTopics],
  ["open", "$control", (topic) => !isTopics(topic)],
])(
  "a server whose log doesn't answer %s of %s refuses streams as unavailable, and serves them afterwards",
  async (name, _of, concerns) => {
    const { sluice, open, silence } = await setUp(name, concerns);
    const refused = paths.map((path) => open(path));
    await vi.advanceTimersByTimeAsync(10_000);
    for (const answer of refused) {
      const { status, body } = await answer;
      expect(status).toBe(503);
      await body?.cancel();
    }
    silence.isSilent = false;
    await vi.advanceTimersByTimeAsync(5_000);
    for (const path of paths) {
      const { status, body } = await open(path);
      expect([path, status]).toEqual([path, 200]);
      await body?.cancel();
    }
    const closed = sluice.close({ timeout: 0 });
    await vi.advanceTimersByTimeAsync(20_000);
    await closed;
  },
);

it.each<Name>(["append", "open", "acquire", "release", "free", "renew", "findAppend", "saveSnapshot"])(
  "a Sluice closes and disconnects in bounded time if its log doesn't answer %s any more",
  async (name) => {
    const { sluice, open, silence } = await setUp(name, undefined, false);
    const leave = new AbortController();
    const bodies = await Promise.all(paths.map((path) => open(path, leave.signal)));
    await vi.advanceTimersByTimeAsync(250);
    silence.isSilent = true;
    const more = paths.map((path) => open(`${path}`, leave.signal).catch(() => {}));
    const settled: string[] = [];
    const settle = (what: string, asked: Promise<unknown>) =>
      void asked.catch(() => {}).finally(() => settled.push(what));
    settle("publish", sluice.topic(contract.folded).publish({ type: "tick", data: 1 }));
    settle("state", sluice.topic(contract.folded).state());
    settle("delete", sluice.topic(contract.feed).delete());
    settle("stop", sluice.topic(contract.run).stop());
    settle("disconnect", sluice.disconnect({ path: "feed" }));
    await vi.advanceTimersByTimeAsync(0);
    settle("close", sluice.close({ timeout: 0 }));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(settled.sort()).toEqual(["close", "delete", "disconnect", "publish", "state", "stop"]);
    leave.abort();
    await Promise.all(more);
    for (const { body } of bodies) await body?.cancel().catch(() => {});
  },
);
