import { defineContract, subscription } from "@sluice/contract";
import type { SnapshotFrame } from "@sluice/contract/wire";
import { memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { Lifetime } from "../time/lifetime.js";
import { createPublisher } from "../topic-handle/create-publisher.js";
import { Counters } from "./counters.js";
import { Hub } from "./hub.js";
import { ReplayCache } from "./replay-cache.js";
import { type SnapshotReceiver, Snapshots } from "./snapshots.js";
import { TopicStates } from "./topic-states.js";

const contract = defineContract({
  board: subscription({
    events: { set: z.int(), short: z.int() },
    state: {
      schema: z.object({ n: z.int(), text: z.string() }),
      initial: { n: 0, text: "x".repeat(100_000) },
      apply: { set: (s, n) => ({ ...s, n }), short: (_, n) => ({ n, text: "" }) },
    },
  }),
});

function setUp({ snapshotBytes = 1_000_000, events = 10_000 } = {}) {
  const log = memoryLog({ retain: { events } });
  const { topic } = createPublisher(contract, { log, snapshotEvery: 5 });
  const limits = { catchUpEvents: 10_000, snapshotBytes };
  const snapshots = new Snapshots({ states: new TopicStates(log), limits });
  const settings = { log, pages: new ReplayCache(65_536), counters: new Counters(), wheel: { now: 0 } };
  const hub = new Hub({ ...settings, onError: (error) => expect.unreachable(String(error)) });
  const tail = hub.take("board", contract.board);
  const set = (data: number) => topic(contract.board).publish({ type: "set", data });
  /** A subscriber whose socket has not taken the snapshot yet. */
  const join = async () => {
    const lifetime = new Lifetime();
    const { state: taken } = await snapshots.ofTopic(tail, contract.board, lifetime);
    const sent: unknown[] = [];
    const receiver = {
      isCut: false,
      sent,
      send: (frame: SnapshotFrame): boolean => sent.push(frame) > 0,
      sendShared: (frame: unknown) => void sent.push(frame),
      cut() {
        receiver.isCut = true;
        lifetime.end();
      },
    } satisfies SnapshotReceiver & Record<string, unknown>;
    taken.send(receiver);
    return { offset: taken.cursor.offset, receiver, lifetime, drain: () => taken.release() };
  };
  return { snapshots, topic, set, join, tail };
}

it("a new subscriber gets the newer of two held snapshots, with the same bytes", async () => {
  const { snapshots, set, join } = setUp();
  const joined = [];
  for (let n = 1; n <= 6; n++) {
    await set(n);
    joined.push(await join());
  }
  expect(joined.map(({ offset }) => offset)).toEqual([1, 2, 2, 2, 2, 2]);
  expect(new Set(joined.map(({ receiver }) => receiver.sent[0])).size).toBe(2);
  expect(snapshots.size).toBeLessThan(201_000);
});

it("subscribers that come at once at a new cursor share one snapshot", async () => {
  const { snapshots, set, join } = setUp();
  await set(1);
  const joined = await Promise.all([join(), join(), join()]);
  expect(new Set(joined.map(({ receiver }) => receiver.sent[0])).size).toBe(1);
  expect(snapshots.size).toBeLessThan(101_000);
});

it.each(["drain", "end"] as const)(
  "a snapshot is held until its last subscriber has taken it or left: %s",
  async (how) => {
    const { snapshots, set, join } = setUp();
    await set(1);
    const [one, other] = [await join(), await join()];
    const over = ({ drain, lifetime }: typeof one) => (how === "drain" ? drain() : lifetime.end());
    over(one);
    await Promise.resolve();
    expect(snapshots.size).toBeGreaterThan(100_000);
    over(other);
    over(other);
    await Promise.resolve();
    expect(snapshots.size).toBe(0);
    await set(2);
    expect((await join()).offset).toBe(2);
  },
);

it("if the events after both are gone, the holders of the older one are cut, to resume", async () => {
  const { snapshots, set, join } = setUp({ events: 5 });
  const joined = [];
  for (let n = 1; n <= 2; n++) {
    await set(n);
    joined.push(await join());
  }
  for (let n = 3; n <= 40; n++) await set(n);
  const late = await join();
  expect(late.offset).toBe(40);
  expect(joined.map(({ receiver }) => receiver.isCut)).toEqual([true, false]);
  expect(snapshots.size).toBeLessThan(201_000);
  for (const { lifetime } of [...joined, late]) lifetime.end();
  expect(snapshots.size).toBe(0);
});

it("beyond the limit, snapshots are unavailable, but one is always allowed", async () => {
  const { snapshots, set, join } = setUp({ snapshotBytes: 50_000 });
  await set(1);
  const only = await join();
  await set(2);
  await expect(join()).rejects.toMatchObject({ code: "unavailable", retryAfter: 5_000 });
  const own = { cursor: { epoch: "e", offset: 1, mark: "m" }, json: JSON.stringify("y".repeat(20_000)) };
  expect(() => snapshots.ofOne(own, new Lifetime())).toThrow(expect.objectContaining({ code: "unavailable" }));
  only.lifetime.end();
  expect((await join()).offset).toBe(2);
});

it("a short snapshot is copied per socket, and does not count", async () => {
  const { snapshots, topic, join } = setUp({ snapshotBytes: 1 });
  await topic(contract.board).publish({ type: "short", data: 1 });
  const [one, other] = [await join(), await join()];
  expect([one.receiver.sent, other.receiver.sent]).toEqual([
    [expect.objectContaining({ kind: "snapshot" })],
    [expect.objectContaining({ kind: "snapshot" })],
  ]);
  expect(snapshots.size).toBe(0);
});

it("nothing is held for a subscriber that left while the snapshot was made", async () => {
  const { snapshots, set, tail } = setUp();
  await set(1);
  const lifetime = new Lifetime();
  const taking = snapshots.ofTopic(tail, contract.board, lifetime);
  lifetime.end();
  await taking;
  expect(snapshots.size).toBe(0);
});
