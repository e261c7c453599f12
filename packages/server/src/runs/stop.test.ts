import { setTimeout as sleep } from "node:timers/promises";
import { defineContract, SluiceError, subscription } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createSluice, implement } from "../index.js";
import { eventually } from "../test-kit/eventually.test-kit.js";
import { turns } from "../test-kit/resumable.test-kit.js";
import { subscribe } from "../test-kit/subscribe.test-kit.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { headOf, untold } from "../topic/read-log.test-kit.js";
import { awayLog } from "./away-log.test-kit.js";
import { stopRun } from "./stop-run.js";

const base = { input: z.object({ id: z.string() }), events: { token: z.string() }, errors: { refused: {} } };
const contract = defineContract({
  plain: subscription(base),
  folded: subscription({
    ...base,
    state: { schema: z.string(), initial: "", apply: { token: (all: string, token: string) => all + token } },
  }),
});
const input = { id: "r" };
const paths = ["plain", "folded"] as const;
type Path = (typeof paths)[number];

type Generate = (args: {
  readonly signal: AbortSignal;
  readonly errors: { refused(): Error };
}) => AsyncGenerator<{ type: "token"; data: string }>;

/** A server whose generators do what is given. */
function start(log: Log, generate: Generate) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const s = implement(contract);
  const router = s.$router({
    plain: s.plain.stream((args) => generate(args), { resumable: true, abandonAfter: 600_000 }),
    folded: s.folded.stream((args) => generate(args), { resumable: true, abandonAfter: 600_000 }),
  });
  const sluice = createSluice(router, { log, clock, onError: ({ error }) => errors.push(error) });
  function read(path: Path) {
    const abort = new AbortController();
    const tokens: string[] = [];
    let end: unknown;
    const done = (async () => {
      for await (const { data } of subscribe(sluice, contract[path], input, { signal: abort.signal }))
        tokens.push(data);
    })().then(
      () => (end = "end"),
      (error) => (end = error),
    );
    return { tokens, done, end: () => end, leave: () => abort.abort() };
  }
  return { sluice, clock, errors, read };
}

const stopped = { code: "interrupted", message: "The run was stopped" };
const nobody: Generate = async function* () {
  yield* [];
  throw new Error("started here");
};

/** Waits until it is aborted. */
const aborted = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener("abort", resolve));

async function typesIn(log: Log, path: Path) {
  const { page } = await log.open(`${path}?{"id":"r"}`, { from: "oldest", limit: 1_000 });
  return page.ok ? page.entries.map(({ type }) => type).filter((type) => type !== "$attached") : [];
}

const stop = (log: Log, path: Path) => stopRun(log, `${path}?{"id":"r"}`);

describe.each(paths)("a run that is stopped (%s)", (path) => {
  it("may yield its last events and return: it ends as usual, at all servers (PROTOCOL §9.4)", async () => {
    const log = memoryLog();
    let reason: unknown;
    const one = start(log, async function* ({ signal }) {
      yield { type: "token", data: "a" };
      await aborted(signal);
      reason = signal.reason;
      await sleep(1); // it is not cut off
      yield { type: "token", data: "b" };
    });
    const two = start(log, nobody);
    const readers = [one.read(path), undefined, two.read(path)];
    await eventually(() => expect(readers[0]?.tokens).toEqual(["a"]));
    expect(await stop(log, path)).toEqual({ stopped: true });
    for (const reader of readers) await reader?.done;
    expect(readers.map((reader) => reader?.tokens)).toEqual([["a", "b"], undefined, ["a", "b"]]);
    expect(readers.map((reader) => reader?.end())).toEqual(["end", undefined, "end"]);
    expect(SluiceError.is(reason, "aborted") && reason.message).toBe("The run was stopped");
    expect(await typesIn(log, path)).toEqual(["$start", "token", "$stop", "token", "$end"]);
    expect([one.errors, two.errors, one.clock.timers, two.clock.timers]).toEqual([[], [], 0, 0]);
  });

  it.each<[string, Generate]>([
    [
      "an aborted wait",
      async function* ({ signal }) {
        yield { type: "token", data: "a" };
        await sleep(600_000, undefined, { signal });
      },
    ],
    [
      "the signal's reason",
      async function* ({ signal }) {
        yield { type: "token", data: "a" };
        await aborted(signal);
        signal.throwIfAborted();
      },
    ],
  ])("ends as interrupted, and is no error, if its generator throws %s", async (_what, generate) => {
    const log = memoryLog();
    const one = start(log, generate);
    const reader = one.read(path);
    await eventually(() => expect(reader.tokens).toEqual(["a"]));
    await stop(log, path);
    expect(await reader.done).toMatchObject(stopped);
    expect([one.errors, one.clock.timers]).toEqual([[], 0]);
    const late = start(log, nobody).read(path);
    expect([await late.done, late.tokens]).toMatchObject([stopped, path === "plain" ? ["a"] : []]);
  });

  it.each([
    ["refused", "refused", 0],
    ["bug", "internal", 1],
  ] as const)("fails with another error that its generator throws: %s", async (what, code, reported) => {
    const log = memoryLog();
    const one = start(log, async function* ({ signal, errors }) {
      yield* [];
      await aborted(signal);
      throw what === "bug" ? new Error("secret") : errors.refused();
    });
    const reader = one.read(path);
    await turns();
    await stop(log, path);
    expect(await reader.done).toMatchObject({ code });
    expect(one.errors.length).toBe(reported);
  });

  it("is cut off after 10 seconds if its generator goes on", async () => {
    const log = memoryLog();
    let wake = () => {};
    const one = start(log, async function* () {
      for (;;) {
        await new Promise<void>((resolve) => (wake = resolve));
        yield { type: "token", data: "a" };
      }
    });
    const reader = one.read(path);
    await turns();
    await stop(log, path);
    await turns();
    one.clock.advance(9_750);
    wake();
    await turns();
    expect([reader.tokens, reader.end()]).toEqual([["a"], undefined]);
    one.clock.advance(500);
    expect(await reader.done).toMatchObject(stopped);
    wake();
    await turns();
    expect([reader.tokens, one.errors, one.clock.timers]).toEqual([["a"], [], 0]);
  });

  it.each([
    ["carry entries", (log: Log) => log, 0],
    ["carry nothing", untold, 500],
  ] as const)("hears of it while it is silent and nobody is attached, if wake-ups %s", async (_what, wrap, ms) => {
    const log = memoryLog();
    let isAborted = false;
    const one = start(wrap(log), async function* ({ signal }) {
      yield { type: "token", data: "a" };
      await aborted(signal);
      isAborted = true;
    });
    const reader = one.read(path);
    await turns();
    reader.leave();
    await turns();
    one.clock.advance(500);
    await turns();
    await stop(log, path);
    await turns();
    one.clock.advance(ms);
    await turns();
    expect([isAborted, (await typesIn(log, path)).at(-1)]).toEqual([true, "$end"]);
  });

  it("hears of it while it never waits", async () => {
    const log = memoryLog();
    const one = start(log, async function* ({ signal }) {
      while (!signal.aborted) yield { type: "token", data: "a" };
    });
    const reader = one.read(path);
    await eventually(() => expect(reader.tokens.length).toBeGreaterThan(100));
    await stop(log, path);
    expect(await reader.done).toBe("end");
  });

  it("hears of it even if the log has trimmed it meanwhile", async () => {
    const log = memoryLog({ retain: { events: 1 } });
    const store = awayLog(log);
    const one = start(store.log, async function* ({ signal }) {
      yield* [];
      await aborted(signal);
    });
    const reader = one.read(path);
    await turns();
    store.leave();
    const topic = `${path}?{"id":"r"}`;
    await stop(log, path);
    for (let i = 0; i < 3; i++) await log.append(topic, [{ type: "$attached", data: "{}" }]);
    if (path === "folded") await log.saveSnapshot(topic, await headOf(log, topic), '""');
    await turns();
    store.comeBack();
    one.clock.advance(10_250);
    await turns();
    await reader.done;
    expect((await typesIn(log, path)).at(-1)).toBe("$end");
  });

  it("hears of it when its store is back", async () => {
    const log = memoryLog();
    const store = awayLog(log);
    let wake = () => {};
    const one = start(store.log, async function* ({ signal }) {
      await new Promise<void>((resolve) => (wake = resolve));
      yield { type: "token", data: "a" };
      if (!signal.aborted) await aborted(signal);
    });
    const reader = one.read(path);
    await turns();
    store.leave();
    wake();
    await turns();
    await stop(log, path);
    await turns();
    store.comeBack();
    one.clock.advance(6_000);
    await turns();
    expect([await reader.done, reader.tokens]).toEqual(["end", ["a"]]);
  });

  it("ends at once if its server is gone (PROTOCOL §9.4)", async () => {
    let now = 1_000_000;
    const log = memoryLog({ now: () => now });
    const dead = start(log, async function* () {
      yield { type: "token", data: "a" };
      await new Promise(() => {});
    });
    const reader = dead.read(path);
    await eventually(() => expect(reader.tokens).toEqual(["a"]));
    now += 30_000;
    expect(await stop(log, path)).toEqual({ stopped: true });
    expect(await start(log, nobody).read(path).done).toMatchObject(stopped);
    expect(await typesIn(log, path)).toEqual(["$start", "token", "$error"]);
  });

  it("is told once", async () => {
    const log = memoryLog();
    const one = start(log, async function* ({ signal }) {
      yield* [];
      await aborted(signal);
      await sleep(20);
    });
    const reader = one.read(path);
    await turns();
    await Promise.all([stop(log, path), stop(log, path)]);
    expect(await stop(log, path)).toEqual({ stopped: true });
    await reader.done;
    expect(await typesIn(log, path)).toEqual(["$start", "$stop", "$end"]);
    expect(await stop(log, path)).toEqual({ stopped: false });
    expect(await typesIn(log, path)).toEqual(["$start", "$stop", "$end"]);
  });

  it.each(["before", "after"])(
    "neither stops nor hinders the topic's next run, if it is told %s that begins",
    async (when) => {
      const log = memoryLog();
      let goOn = () => {};
      const late: Log["append"] = async (...args) => {
        if (args[1][0]?.type === "$stop") await new Promise<void>((resolve) => (goOn = resolve));
        return log.append(...args);
      };
      const generate: Generate = async function* ({ signal }) {
        yield { type: "token", data: "a" };
        await aborted(signal);
      };
      const first = start(log, generate).read(path);
      await eventually(() => expect(first.tokens).toEqual(["a"]));
      const stopping = stop({ ...log, append: late } as Log, path);
      await turns();
      await log.free(`${path}?{"id":"r"}`);
      if (when === "before") goOn();
      await turns();
      const second = start(log, generate).read(path);
      await eventually(() => expect(second.tokens).toEqual(["a"]));
      goOn();
      await stopping;
      await turns();
      expect(second.end()).toBe(undefined);
      expect(await stop(log, path)).toEqual({ stopped: true });
      expect(await second.done).toBe("end");
    },
  );

  it("doesn't hinder a topic that has no run: nothing is written", async () => {
    const log = memoryLog();
    expect(await stop(log, path)).toEqual({ stopped: false });
    const reader = start(log, async function* () {
      yield { type: "token", data: "a" };
    }).read(path);
    expect([await reader.done, reader.tokens]).toEqual(["end", ["a"]]);
    expect(await typesIn(log, path)).toEqual(["$start", "token", "$end"]);
  });
});
