import { expect } from "vitest";
import type { AppendOptions, Log, LogEvent, Moved, Position } from "../log.js";
import { appended, dataOf, events, headOf, pageOf, positionOf, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

/** An append that must find the topic elsewhere. */
async function conflict(
  log: Log,
  batch: readonly LogEvent[],
  options: AppendOptions & { readonly after: Position },
): Promise<Moved["since"]> {
  const answer = await log.append(topic, batch, options);
  if (answer.ok) expect.fail("appended though the topic doesn't end there");
  if (answer.reason !== "moved") expect.fail("a conflict with a lease that nobody holds");
  return answer.since;
}

export const appendAfterCases: readonly LogCase[] = [
  {
    name: "answers an append with its entries and the position before them",
    async run({ log, peer }) {
      const start = await headOf(log, topic);
      const first = await log.append(topic, events("a", "b"));
      const second = await peer.append(topic, events("c"));
      const all = await retained(log);
      expect(first).toMatchObject({ ok: true, before: start, entries: all.slice(0, 2) });
      expect(second).toMatchObject({ ok: true, before: first.position, entries: all.slice(2) });
    },
  },
  {
    name: "appends after a position only if the topic ends there, and else says what has come since",
    async run({ log, peer }) {
      const start = await headOf(log, topic);
      const first = await log.append(topic, events("a"), { after: start });
      if (!first.ok) expect.fail("a conflict where nothing had come");
      await peer.append(topic, events("b", "c"));
      const entries = await retained(log);
      const since = await conflict(log, events("x"), { after: first.position });
      expect(since).toEqual({
        ok: true,
        entries: entries.slice(1),
        end: positionOf(entries, 2),
        head: positionOf(entries, 2),
      });
      expect(await retained(log)).toEqual(entries);
      expect(await log.append(topic, events("d"), { after: since.head })).toMatchObject({
        ok: true,
        before: since.head,
      });
    },
  },
  {
    name: "lets one of many through that append after the same position",
    async run({ log, peer }) {
      for (let after = await headOf(log, topic), round = 1; round <= 5; round += 1) {
        const writers = Array.from({ length: 10 }, (_, i) =>
          (i % 2 ? log : peer).append(topic, events(`${i}`), { after }),
        );
        const answers = await Promise.all(writers);
        expect(answers.filter(({ ok }) => ok).length).toBe(1);
        after = await headOf(log, topic);
        expect(after.offset).toBe(round);
      }
    },
  },
  {
    name: "answers a conflict with a page to read on from, however much has come",
    async run({ log }) {
      const after = await headOf(log, topic);
      const batch = run(1, 600);
      await log.append(topic, batch);
      const since = await conflict(log, events("x"), { after });
      if (!since.ok) expect.fail(`expected a page, got the gap "${since.reason}"`);
      expect(since.entries.length).toBeGreaterThan(0);
      expect(since.entries.length).toBeLessThanOrEqual(512);
      const rest = await pageOf(log, topic, since.end);
      expect(dataOf([...since.entries, ...rest.entries])).toEqual(dataOf(await retained(log)));
    },
  },
  {
    name: "answers an append after a position that isn't of this history with the gap",
    async run({ log }) {
      const entries = await appended(log, topic, run(1, 4));
      const other = await appended(log, "scores/other", run(1, 4));
      await log.trim(topic, positionOf(entries, 1));
      const last = positionOf(entries, 3);
      const bad = [
        { after: positionOf(other, 3), reason: "epoch" },
        { after: { ...last, mark: positionOf(entries, 2).mark }, reason: "diverged" },
        { after: { ...last, offset: 9 }, reason: "diverged" },
        { after: positionOf(entries, 0), reason: "trimmed" },
      ];
      for (const { after, reason } of bad) {
        expect(await conflict(log, events("x"), { after })).toMatchObject({ ok: false, reason, head: last });
      }
      expect((await headOf(log, topic)).offset).toBe(4);
    },
  },
  {
    name: "takes a retry for a duplicate, wherever the topic ends by now",
    async run({ log, peer }) {
      const after = await headOf(log, topic);
      const first = await log.append(topic, events("a"), { after, idempotencyKey: "k" });
      if (!first.ok) expect.fail("a conflict where nothing had come");
      await log.append(topic, events("b"));
      const again = await peer.append(topic, events("a"), { after, idempotencyKey: "k" });
      expect(again).toEqual({ ok: true, duplicate: true, position: first.position });
    },
  },
  {
    name: "changes nothing of a topic by an append that meets a conflict",
    async run({ log }) {
      const after = await headOf(log, topic);
      await log.append(topic, events("a", "b"), { record: "first" });
      await conflict(log, events("x"), { after, idempotencyKey: "k", record: "second", stateful: true, ttl: 1 });
      expect(await log.findAppend(topic, "k")).toBeUndefined();
      const page = await pageOf(log, topic, "oldest");
      expect([page.record, dataOf(page.entries)]).toEqual(["first", ['"a"', '"b"']]);
      // A stateful topic would keep what no snapshot covers.
      await log.trim(topic, page.head);
      expect(await retained(log)).toEqual([]);
      expect((await log.append(topic, events("x"), { idempotencyKey: "k" })).duplicate).toBe(false);
    },
  },
  {
    name: "finds an append by its idempotency key, in its topic alone",
    async run({ log, peer }) {
      expect(await log.findAppend(topic, "k")).toBeUndefined();
      const { position } = await log.append(topic, events("a", "b"), { idempotencyKey: "k" });
      await log.append(topic, events("c"));
      await log.trim(topic, await headOf(log, topic));
      expect(await peer.findAppend(topic, "k")).toEqual(position);
      expect(await log.findAppend(topic, "other")).toBeUndefined();
      expect(await log.findAppend("scores/other", "k")).toBeUndefined();
    },
  },
];
