import { expect } from "vitest";
import type { Cursor, Log } from "../log.js";
import {
  appended,
  cursorOf,
  dataOf,
  events,
  expectGap,
  headOf,
  pageOf,
  retained,
  snapshotOf,
  topic,
} from "./helpers.js";
import type { LogCase } from "./log-case.js";

const options = { retain: { stateTtl: 1_000 } };
const idempotencyKey = "k";

/** Creates a topic with a snapshot and an entry after it that must stay. Returns its head. */
async function withState(log: Log, name = topic): Promise<Cursor> {
  const { cursor } = await log.append(name, events("a"), { stateful: true, idempotencyKey });
  await log.saveSnapshot(name, cursor, "{}");
  return (await log.append(name, events("b"), { stateful: true })).cursor;
}

/** Expects that the topic still has everything. */
async function expectKept(log: Log, head: Cursor, name = topic): Promise<void> {
  expect(await headOf(log, name)).toEqual(head);
  const snapshot = await snapshotOf(log, name);
  expect(snapshot?.data).toBe("{}");
  expect(dataOf((await pageOf(log, name, snapshot?.cursor ?? "oldest")).entries)).toEqual(['"b"']);
}

/** Expects that nothing is left of a life that ended at `head`. */
async function expectFreed(log: Log, head: Cursor, name = topic): Promise<void> {
  expect(await snapshotOf(log, name)).toBeUndefined();
  expect(await retained(log, name)).toEqual([]);
  const next = await headOf(log, name);
  expect([next.offset, next.epoch === head.epoch]).toEqual([0, false]);
  await expectGap(log, name, head, "epoch");
}

export const stateTtlCases: readonly LogCase[] = [
  {
    name: "frees a stateful topic completely when its stateTtl has passed",
    options,
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const head = await withState(log);
      const unsaved = await log.append("state/unsaved", events("a"), { stateful: true });
      await advance(1_500);
      await expectFreed(peer, head);
      await expectFreed(log, unsaved.cursor, "state/unsaved");
      expect(await log.saveSnapshot(topic, head, "{}")).toBe(false);
      const again = await log.append(topic, events("a"), { stateful: true, idempotencyKey });
      expect([again.duplicate, again.cursor.offset]).toEqual([false, 1]);
    },
  },
  {
    name: "refuses the first cursor of an ended life",
    options,
    needs: ["advance"],
    async run({ log, advance }) {
      const start = await headOf(log, topic);
      const head = await withState(log);
      await advance(1_500);
      await expectFreed(log, head);
      await expectGap(log, topic, start, "epoch");
      await log.append(topic, events("c"), { stateful: true });
      await expectGap(log, topic, start, "epoch");
    },
  },
  {
    name: "frees a stateful topic when its stateTtl has passed, even if it has a record",
    options,
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const { cursor } = await log.append(topic, events("a"), { stateful: true, record: "first" });
      await advance(1_500);
      await expectFreed(peer, cursor);
      expect((await pageOf(log, topic, "oldest", 0)).record).toBeUndefined();
    },
  },
  {
    name: "begins a new life with an append to a topic whose stateTtl has passed",
    options,
    needs: ["advance"],
    async run({ log, advance }) {
      const head = await withState(log);
      await advance(1_500);
      const { cursor } = await log.append(topic, events("c"), { stateful: true });
      expect([cursor.offset, cursor.epoch === head.epoch]).toEqual([1, false]);
      expect(dataOf(await retained(log))).toEqual(['"c"']);
      expect(await snapshotOf(log, topic)).toBeUndefined();
    },
  },
  {
    name: "counts stateTtl from the last append",
    options,
    needs: ["advance"],
    async run({ log, advance }) {
      await log.append(topic, events("a"), { stateful: true });
      await advance(700);
      const head = await withState(log);
      await advance(700);
      await expectKept(log, head);
      await advance(700);
      await expectFreed(log, head);
    },
  },
  {
    name: "does not prolong stateTtl for a read, a retry or a snapshot",
    options,
    needs: ["advance"],
    async run({ log, advance }) {
      const head = await withState(log);
      await advance(700);
      await expectKept(log, head);
      expect((await log.append(topic, events("a"), { stateful: true, idempotencyKey })).duplicate).toBe(true);
      expect(await log.saveSnapshot(topic, head, "{}")).toBe(true);
      await advance(700);
      await expectFreed(log, head);
    },
  },
  {
    name: "keeps state while it is watched, and for its stateTtl after that",
    options,
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const head = await withState(log);
      const watches = [log.watch(topic, () => {}), peer.watch(topic, () => {})];
      await Promise.all(watches.map(({ ready }) => ready));
      await advance(1_500);
      await expectKept(log, head);
      watches[0]?.stop();
      await advance(1_500);
      await expectKept(log, head);
      watches[1]?.stop();
      await advance(700);
      await expectKept(log, head);
      await advance(700);
      await expectFreed(log, head);
    },
  },
  {
    name: "does not apply stateTtl to topics without state",
    options,
    needs: ["advance"],
    async run({ log, advance }) {
      const entries = await appended(log, topic, events("a", "b"));
      await advance(1_500);
      expect(await retained(log)).toEqual(entries);
      expect((await pageOf(log, topic, cursorOf(entries, 0))).entries).toEqual(entries.slice(1));
    },
  },
];
