import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { type Log, memoryLog } from "@sluice/log";
import { expect, it, onTestFinished } from "vitest";
import { FetchSink } from "../http/fetch-sink.js";
import { type LaneOptions, serveLanes } from "../test-kit/lanes.test-kit.js";
import { Lifetime } from "../time/lifetime.js";

type Served = ReturnType<typeof serveLanes>;
type Lane = LaneOptions & { readonly topic: string };

/** Enough turns for what was published to be written, or refused. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A stream whose body is read chunk by chunk, by hand. */
async function open({ begin }: Served, lanes: readonly Lane[]) {
  const lifetime = new Lifetime();
  const sink = new FetchSink(() => lifetime.end());
  const reader = sink.body.getReader();
  onTestFinished(() => reader.cancel());
  const { stream, add } = begin(sink, lifetime, lanes.length);
  const opened = await Promise.all(lanes.map(({ topic, ...options }) => add(topic, options)));
  await settle();
  const frames: Frame[] = [];
  const decoder = createFrameDecoder((frame) => frames.push(frame));
  const read = async () => {
    const { value } = await reader.read();
    decoder.push(value as Uint8Array);
    return value as Uint8Array;
  };
  /** What one chunk has: lane and data of each event. */
  const events = async () => {
    const before = frames.length;
    await read();
    return frames.slice(before).flatMap((f) => (f.kind === "event" ? [`${f.lane} ${JSON.parse(f.data)}`] : []));
  };
  await read(); // the openings
  return { stream, lanes: opened, frames, read, events };
}

it("what many topics bring in a turn is one chunk, of filtered lanes and lanes that expire, too", async () => {
  const served = serveLanes();
  const isOdd = ({ data }: { readonly data: unknown }) => Number(data) % 2 === 1;
  const lanes = [{ topic: "a" }, { topic: "b", filter: isOdd }, { topic: "c", expiresAt: 1_000 }, { topic: "d" }];
  const { events } = await open(served, lanes);
  for (const { topic } of lanes) void served.publish(topic, "1", "2");
  expect((await events()).toSorted()).toEqual(["0 1", "0 2", "2 1", "4 1", "4 2", "6 1", "6 2"]);
  void served.publish("d", "3");
  expect(await events()).toEqual(["6 3"]);
});

it("a topic has the same number, and the same bytes, on all streams; a second lane of it on one stream has another", async () => {
  const served = serveLanes();
  const one = await open(served, [{ topic: "a" }, { topic: "b" }]);
  const two = await open(served, [{ topic: "b" }, { topic: "c" }, { topic: "b" }, { topic: "c" }]);
  expect(two.lanes.map(({ number }) => number)).toEqual([2, 4, 1, 3]);
  void served.publish("b", "x");
  expect([await one.events(), (await two.events()).toSorted()]).toEqual([["2 x"], ["1 x", "2 x"]]);
});

it("the number of a topic that nobody follows any more goes to another, but never twice to one stream", async () => {
  const served = serveLanes();
  const lifetime = new Lifetime();
  const { add } = served.begin(new FetchSink(() => {}), lifetime, 3);
  const first = await add("a");
  first.finish({ kind: "end" });
  expect(served.hub.has("a")).toBe(false);
  const second = await add("b");
  expect([first.number, second.number]).toEqual([0, 1]);
  const other = await open(served, [{ topic: "b" }, { topic: "c" }]);
  expect(other.lanes.map(({ number }) => number)).toEqual([0, 2]);
  lifetime.end();
});

it("a busy lane doesn't hold up quiet ones, however slowly the client reads", async () => {
  const served = serveLanes();
  const quiet = Array.from({ length: 49 }, (_, n) => `quiet${n}`);
  const { stream, frames, read } = await open(
    served,
    ["busy", ...quiet].map((topic) => ({ topic })),
  );
  const pad = "x".repeat(1_000);
  let published = 0;
  /** As much as forty times of what the client reads meanwhile. */
  const flood = async () => {
    for (let count = 0; count < 100; count++) await served.publish("busy", `${published++} ${pad}`);
    await settle();
  };
  const ofQuiet = () => frames.filter((frame) => frame.kind === "event" && frame.lane !== 0).length;
  while (!stream.full) await flood();
  for (let round = 1; round <= 5; round++) {
    for (const topic of quiet) await served.publish(topic, `${round}`);
    let bytes = 0;
    while (ofQuiet() < round * quiet.length) {
      bytes += (await read()).length;
      await flood();
      // What the body and the socket held before, and one write in which each lane had its turn.
      if (bytes > 4 * 65_536) expect.fail(`read ${bytes} bytes, and ${ofQuiet()} events of quiet lanes`);
    }
  }
  // All come, in order.
  while (frames.filter((frame) => frame.kind === "event" && frame.lane === 0).length < published) await read();
  const busy = frames.flatMap((frame) => (frame.kind === "event" && frame.lane === 0 ? [JSON.parse(frame.data)] : []));
  expect(busy.map((data) => Number.parseInt(data, 10))).toEqual(Array.from({ length: published }, (_, n) => n));
}, 30_000);

it("lanes of a full stream keep their cursors, get all when it drains, and take shared bytes again", async () => {
  const served = serveLanes();
  const { stream, lanes, events, read } = await open(served, [{ topic: "a" }, { topic: "b" }, { topic: "c" }]);
  while (!stream.full) {
    await served.publish("a", "x".repeat(10_000));
    await settle();
  }
  await served.publish("b", "1", "2");
  await settle();
  expect(lanes.map((lane) => lane.direct())).toEqual([undefined, undefined, undefined]);
  while (stream.full) await read();
  await settle();
  await served.publish("b", "3");
  await served.publish("c", "1");
  const came: string[] = [];
  while (came.length < 4) came.push(...(await events()).filter((event) => !event.startsWith("0 ")));
  expect(came.toSorted()).toEqual(["2 1", "2 2", "2 3", "4 1"]);
  expect(lanes.map((lane) => lane.direct() !== undefined)).toEqual([true, true, true]);
});

it("many lanes that catch up at once read the log by the page, and not anew on each turn", async () => {
  const memory = memoryLog();
  const reads = new Map<string, number>();
  const log: Log = {
    ...memory,
    open(topic, options) {
      reads.set(topic, (reads.get(topic) ?? 0) + 1);
      return memory.open(topic, options);
    },
  };
  const served = serveLanes({ log });
  const topics = Array.from({ length: 40 }, (_, n) => `topic${n}`);
  const data = Array.from({ length: 500 }, (_, n) => `${n} ${"x".repeat(80)}`);
  await Promise.all(topics.map((topic) => served.publish(topic, ...data)));
  const lifetime = new Lifetime();
  const sink = new FetchSink(() => lifetime.end());
  const { add } = served.begin(sink, lifetime, topics.length);
  await Promise.all(topics.map((topic) => add(topic, { from: "oldest" })));
  const came = new Map<number | undefined, number[]>();
  const decoder = createFrameDecoder((frame) => {
    if (frame.kind !== "event") return;
    came.set(frame.lane, [...(came.get(frame.lane) ?? []), Number.parseInt(JSON.parse(frame.data), 10)]);
  });
  const reader = sink.body.getReader();
  onTestFinished(() => reader.cancel());
  for (let length = 0; length < topics.length * data.length; ) {
    decoder.push((await reader.read()).value as Uint8Array);
    length = [...came.values()].reduce((sum, { length }) => sum + length, 0);
  }
  expect([...came.values()].every((numbers) => numbers.every((n, index) => n === index))).toBe(true);
  // Two pages of 256, and what was left of the first, as others that catch up read it.
  expect(Math.max(...reads.values())).toBeLessThanOrEqual(3);
});
