import { type Log, LogError, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import { turns } from "../test-kit/resumable.test-kit.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { TimerWheel } from "../time/timer-wheel.js";
import { ControlFollower } from "./control-follower.js";
import { controlTopic, type DisconnectWord, encodeWord, wordOptions } from "./words.js";

const away = () => new LogError("unavailable", "away");

const tagged = (tag: string, from = "another"): DisconnectWord => ({
  kind: "disconnect",
  ...{ from, tag, reason: "forbidden" },
});

async function follow(log: Log) {
  const clock = new ManualClock();
  const heard: string[] = [];
  const errors: unknown[] = [];
  const follower = new ControlFollower({
    log,
    wheel: new TimerWheel(clock),
    listener: {
      onDisconnect: ({ tag }) => heard.push(`${tag}`),
      onMissed: () => heard.push("missed"),
      onStore: (isUp) => heard.push(isUp ? "up" : "down"),
    },
    report: (error) => void errors.push(error),
  });
  follower.begin();
  await turns();
  return { follower, clock, heard, errors };
}

const say = (log: Log, ...words: readonly DisconnectWord[]) =>
  log.append(controlTopic, words.map(encodeWord), wordOptions);

it("hears what is said from its start on, once, and not what it said itself", async () => {
  const log = memoryLog();
  await say(log, tagged("before"));
  const { follower, heard } = await follow(log);
  await say(log, tagged("a"), tagged("b", follower.name));
  await say(log, tagged("c"));
  await turns();
  expect(heard).toEqual(["a", "c"]);
});

it("treats a word that it doesn't understand as missed words, and ignores other entries", async () => {
  const log = memoryLog();
  const { heard } = await follow(log);
  const data = [
    '{"tag":5,"reason":"forbidden"}',
    '{"reason":"forbidden"}',
    '{"tag":"a","reason":"gone"}',
    '{"tag":"a","until":3,"reason":"forbidden"}',
    "null",
    "x",
  ];
  await log.append(controlTopic, [
    ...data.map((each) => ({ type: "$disconnect", data: each })),
    { type: "$new", data: "{}" },
  ]);
  await say(log, tagged("a"));
  await turns();
  expect(heard).toEqual([...data.map(() => "missed"), "a"]);
});

it("tries again each second while the log can't be watched or read, and reports an outage once", async () => {
  const inner = memoryLog();
  const failing = { watch: true, open: true };
  const log: Log = {
    ...inner,
    watch(topic, onAppend) {
      if (!failing.watch) return inner.watch(topic, onAppend);
      const ready = Promise.reject(away());
      ready.catch(() => {});
      return { ready, stop() {} };
    },
    open: (...args) => (failing.open ? Promise.reject(away()) : inner.open(...args)),
  };
  const { follower, clock, heard, errors } = await follow(log);
  await expect(follower.assertReadable()).rejects.toMatchObject({ code: "unavailable", retryAfter: 1_000 });
  failing.watch = false;
  clock.advance(1_250);
  await turns();
  await expect(follower.assertReadable()).rejects.toMatchObject({ code: "unavailable" });
  failing.open = false;
  clock.advance(1_250);
  await turns();
  expect([follower.assertReadable(), errors.length, clock.timers]).toEqual([undefined, 1, 0]);
  await say(log, tagged("a"));
  await turns();
  expect(heard).toEqual(["down", "up", "a"]);
});

/** A memory log whose engine says how its store is. */
function reportingLog() {
  const inner = memoryLog();
  const listeners = new Set<(status: "up" | "down") => void>();
  let isAway = false;
  const log: Log = {
    ...inner,
    open: (...args) => (isAway ? Promise.reject(away()) : inner.open(...args)),
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const say = (status: "up" | "down") => {
    for (const listener of listeners) listener(status);
  };
  return {
    log,
    listeners,
    /** Only wake-ups are away: it can still be read. */
    say,
    become(status: "up" | "down") {
      isAway = status === "down";
      say(status);
    },
  };
}

it.each(["become", "say"] as const)(
  "tells of an outage that its engine has found out, once it lasts (%s)",
  async (how) => {
    const engine = reportingLog();
    const { clock, heard } = await follow(engine.log);
    engine[how]("down");
    await turns();
    clock.advance(500);
    engine[how]("up");
    await turns();
    clock.advance(5_000);
    await turns();
    expect([heard, clock.timers]).toEqual([[], 0]);
    engine[how]("down");
    for (const ms of [1_250, 1_250, 1_250]) {
      await turns();
      clock.advance(ms);
    }
    await turns();
    expect(heard).toEqual(["down"]);
    engine[how]("up");
    await turns();
    expect([heard, clock.timers]).toEqual([["down", "up"], 0]);
  },
);

it("says that the log is down after a second, though a read of it waits for longer", async () => {
  const memory = memoryLog();
  let isHung = false;
  let tell: (status: "up" | "down") => void = () => {};
  const { clock, heard } = await follow({
    ...memory,
    open: (...args) => (isHung ? new Promise(() => {}) : memory.open(...args)),
    onStatus(listener) {
      tell = listener;
      return () => {};
    },
  });
  isHung = true;
  tell("down");
  clock.advance(500);
  await turns();
  expect(heard).toEqual([]);
  for (let second = 0; second < 3; second += 1) {
    clock.advance(1_000);
    await turns();
  }
  expect(heard).toEqual(["down"]);
});

it("asks an engine nothing more after it was closed", async () => {
  const engine = reportingLog();
  const { follower } = await follow(engine.log);
  expect(engine.listeners.size).toBe(1);
  follower.close();
  expect(engine.listeners.size).toBe(0);
});

it("reads at most once a second to find out whether it can", async () => {
  const inner = memoryLog();
  let reads = 0;
  const log: Log = { ...inner, open: (...args) => inner.open(...args).finally(() => reads++) };
  const { follower, clock } = await follow(log);
  expect([follower.assertReadable(), reads]).toEqual([undefined, 1]);
  clock.advance(1_000);
  await Promise.all([follower.assertReadable(), follower.assertReadable()]);
  expect([follower.assertReadable(), reads]).toEqual([undefined, 2]);
});

it("has missed nothing if the log forgot the topic before anything was said", async () => {
  const log = memoryLog();
  const { heard } = await follow(log);
  await log.free(controlTopic);
  await say(log, tagged("a"), tagged("b"));
  await turns();
  expect(heard).toEqual(["a", "b"]);
  await log.free(controlTopic);
  await turns();
  expect(heard).toEqual(["a", "b", "missed"]);
});

it("is told nothing after it was closed", async () => {
  const log = memoryLog();
  const { follower, heard } = await follow(log);
  follower.close();
  await say(log, tagged("a"));
  await turns();
  expect(heard).toEqual([]);
});
