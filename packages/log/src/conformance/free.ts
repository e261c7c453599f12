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
  run,
  snapshotOf,
  topic,
  until,
} from "./helpers.js";
import { leaseOf } from "./lease.js";
import type { LogCase } from "./log-case.js";

const idempotencyKey = "k";

/** Expects that nothing is left of these cursors' life. */
async function expectFreed(log: Log, ...cursors: readonly Cursor[]): Promise<void> {
  const page = await pageOf(log, topic, "oldest");
  expect(page).toMatchObject({ entries: [], head: { offset: 0, mark: "0" } });
  expect([page.record, await snapshotOf(log)]).toEqual([undefined, undefined]);
  for (const cursor of cursors) {
    expect(page.head.epoch).not.toBe(cursor.epoch);
    await expectGap(log, topic, cursor, "epoch");
  }
}

export const freeCases: readonly LogCase[] = [
  {
    name: "frees a topic's entries, snapshot, record and keys, and begins its next life with another epoch",
    async run({ log, peer }) {
      const start = await headOf(log);
      const first = await log.append(topic, run(1, 5), { stateful: true, record: "r", idempotencyKey });
      await log.saveSnapshot(topic, first.cursor, "{}");
      const { cursor } = await log.append(topic, events("b"), { ttl: 60_000 });
      await peer.free(topic);
      for (const each of [log, peer]) await expectFreed(each, start, first.cursor, cursor);
      expect(await log.findAppend(topic, idempotencyKey)).toBeUndefined();
      expect(await log.saveSnapshot(topic, cursor, "{}")).toBe(false);
      const again = await log.append(topic, run(1, 5), { idempotencyKey });
      expect([again.duplicate, again.cursor.offset]).toEqual([false, 5]);
      expect(again.cursor.epoch).not.toBe(start.epoch);
      // A stateful topic would keep entries that no snapshot covers.
      await log.trim(topic, again.cursor);
      expect(await retained(peer)).toEqual([]);
    },
  },
  {
    name: "frees a topic's lease",
    async run({ log, peer }) {
      const unwritten = await leaseOf(log);
      await peer.free(topic);
      expect(await log.renew(unwritten)).toBe(false);
      const lease = await leaseOf(peer, topic, 60_000, "me");
      await log.append(topic, events("a"), { lease });
      await log.free(topic);
      const next = await leaseOf(log, topic, 60_000, "me");
      expect(next.epoch).not.toBe(lease.epoch);
      // The two leases may differ only in the epoch.
      expect(await peer.append(topic, events("x"), { lease })).toEqual({ ok: false, reason: "leased" });
      await peer.release(lease);
      expect([await peer.renew(lease), await log.renew(next)]).toEqual([false, true]);
    },
  },
  {
    name: "frees a topic that was never written to, and no other topic",
    async run({ log }) {
      const entries = await appended(log, "scores/other", run(1, 3));
      await log.free("scores/never named");
      const start = await headOf(log);
      await log.free(topic);
      await expectFreed(log, start);
      await log.append(topic, events("a"));
      await expectGap(log, topic, start, "epoch");
      expect(await retained(log, "scores/other")).toEqual(entries);
    },
  },
  {
    name: "calls a topic's watchers when it is freed, and for its next life",
    async run({ log, peer }) {
      const calls = [0, 0];
      const watches = [log, peer].map((each, i) => each.watch(topic, () => (calls[i] = (calls[i] ?? 0) + 1)));
      await Promise.all(watches.map(({ ready }) => ready));
      const told = (before: readonly number[]) => () => calls.every((count, i) => count > (before[i] ?? 0));
      for (const change of [
        () => log.append(topic, events("a")),
        () => log.free(topic),
        () => peer.free(topic),
        () => peer.append(topic, events("b")),
      ]) {
        // A second call for the previous change must not count for this one.
        await new Promise((resolve) => setTimeout(resolve, 20));
        const before = [...calls];
        await change();
        await until(told(before));
      }
      for (const watch of watches) watch.stop();
      expect(dataOf(await retained(log))).toEqual(['"b"']);
    },
  },
  {
    name: "counts the watchers of a freed topic as watchers of its next life",
    options: { retain: { stateTtl: 1_000 } },
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const watch = log.watch(topic, () => {});
      await watch.ready;
      await peer.append(topic, events("a"), { stateful: true });
      await peer.free(topic);
      const entries = await appended(peer, topic, events("b"));
      await peer.saveSnapshot(topic, cursorOf(entries, 0), "{}");
      await advance(1_500);
      expect((await snapshotOf(peer))?.data).toBe("{}");
      watch.stop();
      await advance(700);
      expect((await snapshotOf(peer))?.data).toBe("{}");
      await advance(700);
      await expectFreed(peer, cursorOf(entries, 0));
    },
  },
];
