import { expect } from "vitest";
import type { Log, Retention } from "../log.js";
import { appendEach, dataOf, events, expectGap, headOf, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

/** Another topic of the same procedure. */
const other = 'scores/watch?{"matchId":"m2"}';
const two: Partial<Retention> = { events: 2 };
const brief: Partial<Retention> = { stateTtl: 1_000 };

const sizeOf = async (log: Log, name = topic) => (await retained(log, name)).length;

/** Expects that nothing is left of the life that ended at this cursor. */
async function expectFreed(log: Log, name: string, epoch: string): Promise<void> {
  const head = await headOf(log, name);
  expect([head.offset, head.epoch === epoch]).toEqual([0, false]);
}

export const appendRetainCases: readonly LogCase[] = [
  {
    name: "obeys the retention that an append gives, in its topic alone",
    options: { retain: { events: 4 } },
    async run({ log, peer }) {
      const start = await headOf(log, topic);
      await log.append(topic, run(1, 6), { retain: two });
      await peer.append(other, run(1, 6));
      expect(dataOf(await retained(peer))).toEqual(["5", "6"]);
      await expectGap(log, topic, start, "trimmed");
      expect(await sizeOf(log, other)).toBe(4);
    },
  },
  {
    name: "remembers the retention for appends that give none",
    options: { retain: { events: 4 } },
    async run({ log, peer }) {
      await log.append(topic, run(1, 1), { retain: two });
      await appendEach(peer, topic, run(2, 6));
      expect(await sizeOf(log)).toBe(2);
    },
  },
  {
    name: "obeys the last retention that an append gave",
    options: { retain: { events: 4 } },
    async run({ log, peer }) {
      await log.append(topic, run(1, 2), { retain: two });
      await peer.append(topic, run(3, 8), { retain: { events: 3 } });
      expect(await sizeOf(log)).toBe(3);
      await log.append(topic, run(9, 9), { retain: two });
      expect(await sizeOf(peer)).toBe(2);
    },
  },
  {
    name: "keeps dropped what was dropped when an append gives more retention, or state",
    options: { retain: { events: 3 } },
    async run({ log, peer }) {
      const given = [{ retain: { events: 100 } }, { stateful: true }];
      for (const [index, options] of given.entries()) {
        const name = `scores/${index}`;
        await appendEach(log, name, run(1, 20));
        expect(dataOf(await retained(peer, name))).toEqual(["18", "19", "20"]);
        await peer.append(name, run(21, 21), options);
        for (const each of [log, peer]) expect(dataOf(await retained(each, name))).toEqual(["18", "19", "20", "21"]);
      }
    },
  },
  {
    name: "uses its own limits where the retention of the last append has none",
    options: { retain: { events: 4 } },
    async run({ log }) {
      await log.append(topic, run(1, 8), { retain: { bytes: 1_000_000 } });
      expect(await sizeOf(log)).toBe(4);
      await log.append(topic, run(9, 9), { retain: two });
      await log.append(topic, run(10, 18), { retain: { bytes: 1_000_000 } });
      expect(await sizeOf(log)).toBe(4);
    },
  },
  {
    name: "keeps its retention when an append is a duplicate or conflicts",
    options: { retain: { events: 4 } },
    async run({ log }) {
      const start = await headOf(log, topic);
      await log.append(topic, run(1, 6), { idempotencyKey: "k" });
      expect(await log.append(topic, run(1, 6), { idempotencyKey: "k", retain: two })).toMatchObject({
        duplicate: true,
      });
      expect(await log.append(topic, run(7, 8), { after: start, retain: two })).toMatchObject({ ok: false });
      await appendEach(log, topic, run(9, 10));
      expect(await sizeOf(log)).toBe(4);
    },
  },
  {
    name: "refuses a retention that is not allowed, and appends nothing",
    async run({ log }) {
      for (const retain of [{ events: 0 }, { bytes: -1 }, { age: 1.5 }, { stateTtl: Number.NaN }]) {
        await expect(log.append(topic, events("a"), { retain })).rejects.toThrow(RangeError);
      }
      await log.append(topic, events("a"), { retain: { events: Number.POSITIVE_INFINITY, bytes: undefined as never } });
      expect(await sizeOf(log)).toBe(1);
    },
  },
  {
    name: "keeps entries up to the age that an append gave",
    needs: ["advance"],
    async run({ log, advance }) {
      await log.append(topic, events("a"), { retain: { age: 1_000 } });
      await log.append(other, events("a"));
      await advance(1_500);
      expect([await sizeOf(log), await sizeOf(log, other)]).toEqual([0, 1]);
    },
  },
  {
    name: "frees a stateful topic by the stateTtl that an append gave, without a further append",
    options: { retain: { stateTtl: 60_000 } },
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const { cursor } = await log.append(topic, events("a"), { stateful: true, retain: brief });
      const kept = await log.append(other, events("a"), { stateful: true });
      await log.append("state/longer", events("a"), { stateful: true, retain: brief });
      const longer = await log.append("state/longer", events("b"), { stateful: true, retain: { stateTtl: 60_000 } });
      await advance(1_500);
      await expectFreed(peer, topic, cursor.epoch);
      expect(await headOf(peer, other)).toEqual(kept.cursor);
      expect(await headOf(peer, "state/longer")).toEqual(longer.cursor);
    },
  },
];
