import { defineContract, subscription } from "@sluice/contract";
import { memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { Batch } from "./batch.js";
import { Counters } from "./counters.js";
import { DirectSubscribers } from "./direct-subscribers.js";
import { headOf, readLog } from "./read-log.test-kit.js";
import type { Framing, SharedBytes } from "./shared-bytes.js";

const { ticks } = defineContract({ ticks: subscription({ events: { tick: z.int() } }) });

async function batchOf(...numbers: number[]): Promise<Batch> {
  const log = memoryLog();
  const from = await headOf(log, "ticks");
  for (const n of numbers) await log.append("ticks", [{ type: "tick", data: String(n) }]);
  const page = await readLog(log, "ticks", from, numbers.length);
  if (!page.ok) throw new Error("The log has lost what was just appended.");
  return new Batch(ticks, from, page.entries, page.end);
}

const lane = 4;

function setUp() {
  const counters = new Counters();
  const wheel = { now: 7 };
  const direct = new DirectSubscribers({ counters, wheel, lane });
  const join = (hasRoom: () => boolean, directVersion?: () => number, framing: Framing = "chunked") => {
    const chunks: Uint8Array[] = [];
    const socket = { write: (chunk: Uint8Array) => chunks.push(chunk) > 0 && hasRoom() };
    let filled = 0;
    const errors: unknown[] = [];
    const subscriber = {
      failed(error: unknown) {
        errors.push(error);
        direct.delete(socket);
      },
      filled() {
        filled++;
        direct.delete(socket);
      },
      refused: () => expect.unreachable(),
      lost() {},
      review() {
        reviewed++;
      },
      queue() {},
    };
    let reviewed = 0;
    direct.add(socket, subscriber, { framing, directVersion });
    return { chunks, errors, filledTimes: () => filled, reviewedTimes: () => reviewed };
  };
  return { counters, direct, join };
}

it("writes the same bytes to each socket once, and counts them for all", async () => {
  const { counters, direct, join } = setUp();
  const readers = [join(() => true), join(() => true), join(() => true)];
  const batch = await batchOf(1, 2);
  direct.write(batch);
  for (const { chunks, filledTimes } of readers) {
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toBe(batch.bytes.chunked);
    expect(filledTimes()).toBe(0);
  }
  expect([counters.delivered, counters.bytes]).toEqual([6, 3 * batch.bytes.plain.length]);
  expect(direct.writtenAt).toBe(7);
});

it("writes the bytes as each socket takes them, and counts all", async () => {
  const { counters, direct, join } = setUp();
  const hasRoom = () => true;
  const [chunked, plain] = [join(hasRoom), join(hasRoom, undefined, "plain")];
  const batch = await batchOf(1);
  direct.write(batch);
  expect([chunked.chunks, plain.chunks]).toEqual([[batch.bytes.chunked], [batch.bytes.plain]]);
  expect([direct.size, direct.all.length, counters.delivered]).toEqual([2, 2, 2]);
});

it("removes subscribers whose sockets are full, and skips no other", async () => {
  const { direct, join } = setUp();
  const readers = [join(() => true), join(() => false), join(() => false), join(() => true)];
  direct.write(await batchOf(1));
  direct.write(await batchOf(1));
  expect(readers.map(({ chunks }) => chunks.length)).toEqual([2, 1, 1, 2]);
  expect(readers.map(({ filledTimes }) => filledTimes())).toEqual([0, 1, 1, 0]);
  expect(direct.all).toHaveLength(2);
});

it("ends the stream of a subscriber whose socket throws, and skips no other", async () => {
  const { direct, join } = setUp();
  const broken = new Error("broken");
  const readers = [
    join(() => true),
    join(() => {
      throw broken;
    }),
    join(() => true),
  ];
  direct.write(await batchOf(1));
  direct.write(await batchOf(1));
  expect(readers.map(({ chunks }) => chunks.length)).toEqual([2, 1, 2]);
  expect(readers.map(({ errors }) => errors)).toEqual([[], [broken], []]);
});

it("gives streams with many lanes the bytes of the topic's number, and tells those that take nothing", async () => {
  const { counters, direct, join } = setUp();
  const plain = join(() => true);
  const joinLane = (takes: boolean) => {
    const taken: SharedBytes[] = [];
    const refused: Batch[] = [];
    const socket = { takeShared: (bytes: SharedBytes) => takes && taken.push(bytes) > 0 };
    const unreachable = () => expect.unreachable();
    const others = { filled: unreachable, failed: unreachable, lost() {}, review() {}, queue() {} };
    const onRefused = (batch: Batch) => {
      refused.push(batch);
      direct.delete(socket);
    };
    direct.add(socket, { ...others, refused: onRefused }, { framing: "plain", directVersion: undefined });
    return { taken, refused };
  };
  const lanes = [joinLane(true), joinLane(false), joinLane(true)];
  const batch = await batchOf(1, 2);
  direct.write(batch);
  const bytes = batch.bytesIn(lane);
  expect(lanes.map(({ taken }) => taken)).toEqual([[bytes], [], [bytes]]);
  expect(lanes.map(({ refused }) => refused)).toEqual([[], [batch], []]);
  expect(plain.chunks).toEqual([batch.bytes.chunked]);
  expect(direct.size).toBe(3);
  expect([counters.delivered, counters.bytes]).toEqual([6, batch.bytes.plain.length + 2 * bytes.plain.length]);
});

it("makes all subscribers check their sockets, once, when the version of one kind changes", () => {
  const { direct, join } = setUp();
  let now = 0;
  const version = () => now;
  const readers = [
    join(() => true, version),
    join(
      () => true,
      () => 7,
    ),
    join(() => true),
  ];
  direct.review();
  expect(readers.map(({ reviewedTimes }) => reviewedTimes())).toEqual([0, 0, 0]);
  for (const changed of [1, -1]) {
    now = changed;
    direct.review();
    direct.review();
  }
  expect(readers.map(({ reviewedTimes }) => reviewedTimes())).toEqual([2, 2, 2]);
});

it("encodes nothing and counts nothing without subscribers", async () => {
  const { counters, direct } = setUp();
  const batch = await batchOf(1);
  Object.defineProperty(batch, "bytes", { get: () => expect.unreachable() });
  direct.write(batch);
  expect([counters.delivered, counters.bytes, direct.writtenAt]).toEqual([0, 0, 0]);
});
