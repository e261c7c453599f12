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
    listener: { onDisconnect: ({ tag }) => heard.push(`${tag}`), onMissed: () => heard.push("missed") },
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
  expect(heard).toEqual(["a"]);
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
