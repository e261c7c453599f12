import { expect } from "vitest";
import type { Cursor, Log } from "../log.js";
import { appendEach, dataOf, events, expectGap, headOf, pageOf, retained, run, snapshotOf, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

const ttl = 1_000;
const idempotencyKey = "k";

/** Expects that nothing is left of a life that ended at `head`. */
async function expectFreed(log: Log, head: Cursor): Promise<void> {
  expect(await snapshotOf(log, topic)).toBeUndefined();
  expect(await retained(log)).toEqual([]);
  const next = await pageOf(log, topic, "oldest", 0);
  expect([next.head.offset, next.head.epoch === head.epoch, next.record]).toEqual([0, false, undefined]);
  await expectGap(log, topic, head, "epoch");
}

export const ttlCases: readonly LogCase[] = [
  {
    name: "keeps all entries of a topic with a ttl, and frees it completely when the ttl has passed",
    options: { retain: { age: 200 }, dedupe: { age: 200 }, idle: 200 },
    needs: ["advance"],
    async run({ log, peer, advance }) {
      await log.append(topic, events("a"), { ttl, record: "r" });
      await advance(700);
      const { cursor } = await log.append(topic, events("b"));
      await advance(700);
      expect(dataOf(await retained(peer))).toEqual(['"a"', '"b"']);
      await advance(700);
      await expectFreed(peer, cursor);
      expect(await log.append(topic, events("c"))).toMatchObject({ cursor: { offset: 1 } });
      await advance(700);
      expect(await retained(log)).toEqual([]); // the options of the previous life don't apply to this one
    },
  },
  {
    name: "frees state and keys with a topic whose ttl has passed",
    needs: ["advance"],
    async run({ log, advance }) {
      const { cursor } = await log.append(topic, events("a"), { ttl, stateful: true, idempotencyKey });
      await log.saveSnapshot(topic, cursor, "{}");
      await advance(1_500);
      await expectFreed(log, cursor);
      const again = await log.append(topic, events("a"), { idempotencyKey });
      expect([again.duplicate, again.cursor.offset]).toEqual([false, 1]);
    },
  },
  {
    name: "prefers a ttl to a stateTtl, whether shorter or longer",
    options: { retain: { stateTtl: 2_000 } },
    needs: ["advance"],
    async run({ log, advance }) {
      const shorter = await log.append(topic, events("a"), { ttl, stateful: true });
      const longer = await log.append("ttl/longer", events("a"), { ttl: 60_000, stateful: true });
      await advance(1_500);
      await expectFreed(log, shorter.cursor);
      await advance(1_500);
      expect(await headOf(log, "ttl/longer")).toEqual(longer.cursor);
    },
  },
  {
    name: "applies the last ttl given, and ignores that of a retried append",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      await log.append(topic, events("a"), { ttl: 60_000, idempotencyKey });
      await advance(700);
      const { cursor } = await log.append(topic, events("b"), { ttl });
      await advance(700);
      await peer.append(topic, events("a"), { ttl: 60_000, idempotencyKey });
      expect((await retained(log)).length).toBe(2);
      await advance(700);
      await expectFreed(log, cursor);
    },
  },
  {
    name: "keeps a topic with a ttl while it is watched, and for its ttl after that",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const { cursor } = await log.append(topic, events("a"), { ttl });
      const watch = peer.watch(topic, () => {});
      await watch.ready;
      await advance(1_500);
      expect(await headOf(log, topic)).toEqual(cursor);
      watch.stop();
      await advance(700);
      expect(await headOf(log, topic)).toEqual(cursor);
      await advance(700);
      await expectFreed(log, cursor);
    },
  },
  {
    name: "trims a topic with a ttl by number and by bytes",
    options: { retain: { events: 3, bytes: 400 } },
    async run({ log }) {
      await log.append(topic, events("a"), { ttl });
      await appendEach(log, topic, run(1, 8));
      expect(dataOf(await retained(log))).toEqual(["6", "7", "8"]);
      await log.append(topic, events("x".repeat(390)));
      expect((await retained(log)).length).toBe(1);
    },
  },
  {
    name: "refuses an invalid ttl, and appends nothing",
    async run({ log }) {
      for (const bad of [0, -1, 1.5, Number.NaN]) {
        await expect(log.append(topic, events("a"), { ttl: bad })).rejects.toThrow(RangeError);
      }
      expect((await headOf(log, topic)).offset).toBe(0);
      await log.append(topic, events("a"), { ttl: Number.POSITIVE_INFINITY });
    },
  },
];
