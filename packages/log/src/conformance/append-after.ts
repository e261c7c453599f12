import { expect } from "vitest";
import type { AppendOptions, Cursor, Log, LogEvent, Moved } from "../log.js";
import { appended, cursorOf, dataOf, events, headOf, pageOf, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

/** An append that must meet a conflict. */
async function conflict(
  log: Log,
  batch: readonly LogEvent[],
  options: AppendOptions & { readonly after: Cursor },
): Promise<Moved["since"]> {
  const answer = await log.append(topic, batch, options);
  if (answer.ok) expect.fail("appended though the topic doesn't end there");
  if (answer.reason !== "moved") expect.fail("a lease conflict, though nobody holds the lease");
  return answer.since;
}

export const appendAfterCases: readonly LogCase[] = [
  {
    name: "answers an append with its entries and the cursor before them",
    async run({ log, peer }) {
      const start = await headOf(log, topic);
      const first = await log.append(topic, events("a", "b"));
      const second = await peer.append(topic, events("c"));
      const all = await retained(log);
      expect(first).toMatchObject({ ok: true, before: start, entries: all.slice(0, 2) });
      expect(second).toMatchObject({ ok: true, before: first.cursor, entries: all.slice(2) });
    },
  },
  {
    name: "appends after a cursor only if the topic ends there, and otherwise answers with the later entries",
    async run({ log, peer }) {
      const start = await headOf(log, topic);
      const first = await log.append(topic, events("a"), { after: start });
      if (!first.ok) expect.fail("a conflict where nothing had come");
      await peer.append(topic, events("b", "c"));
      const entries = await retained(log);
      const since = await conflict(log, events("x"), { after: first.cursor });
      expect(since).toEqual({
        ok: true,
        entries: entries.slice(1),
        end: cursorOf(entries, 2),
        head: cursorOf(entries, 2),
      });
      expect(await retained(log)).toEqual(entries);
      expect(await log.append(topic, events("d"), { after: since.head })).toMatchObject({
        ok: true,
        before: since.head,
      });
    },
  },
  {
    name: "lets only one of many appends after the same cursor through",
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
    name: "answers a conflict with a page to continue from, however much was appended",
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
    name: "answers an append after a cursor of another history with the gap",
    async run({ log }) {
      const entries = await appended(log, topic, run(1, 4));
      const other = await appended(log, "scores/other", run(1, 4));
      await log.trim(topic, cursorOf(entries, 1));
      const last = cursorOf(entries, 3);
      const bad = [
        { after: cursorOf(other, 3), reason: "epoch" },
        { after: { ...last, mark: cursorOf(entries, 2).mark }, reason: "diverged" },
        { after: { ...last, offset: 9 }, reason: "diverged" },
        { after: cursorOf(entries, 0), reason: "trimmed" },
      ];
      for (const { after, reason } of bad) {
        expect(await conflict(log, events("x"), { after })).toMatchObject({ ok: false, reason, head: last });
      }
      expect((await headOf(log, topic)).offset).toBe(4);
    },
  },
  {
    name: "recognizes a retry as a duplicate, wherever the topic ends now",
    async run({ log, peer }) {
      const after = await headOf(log, topic);
      const first = await log.append(topic, events("a"), { after, idempotencyKey: "k" });
      if (!first.ok) expect.fail("a conflict where nothing had come");
      await log.append(topic, events("b"));
      const again = await peer.append(topic, events("a"), { after, idempotencyKey: "k" });
      expect(again).toEqual({ ok: true, duplicate: true, cursor: first.cursor });
    },
  },
  {
    name: "does not change a topic if an append meets a conflict",
    async run({ log }) {
      const after = await headOf(log, topic);
      await log.append(topic, events("a", "b"), { record: "first" });
      await conflict(log, events("x"), { after, idempotencyKey: "k", record: "second", stateful: true, ttl: 1 });
      expect(await log.findAppend(topic, "k")).toBeUndefined();
      const page = await pageOf(log, topic, "oldest");
      expect([page.record, dataOf(page.entries)]).toEqual(["first", ['"a"', '"b"']]);
      // A stateful topic would keep entries that no snapshot covers.
      await log.trim(topic, page.head);
      expect(await retained(log)).toEqual([]);
      expect((await log.append(topic, events("x"), { idempotencyKey: "k" })).duplicate).toBe(false);
    },
  },
  {
    name: "finds an append by its idempotency key, in its topic alone",
    async run({ log, peer }) {
      expect(await log.findAppend(topic, "k")).toBeUndefined();
      const { cursor } = await log.append(topic, events("a", "b"), { idempotencyKey: "k" });
      await log.append(topic, events("c"));
      await log.trim(topic, await headOf(log, topic));
      expect(await peer.findAppend(topic, "k")).toEqual(cursor);
      expect(await log.findAppend(topic, "other")).toBeUndefined();
      expect(await log.findAppend("scores/other", "k")).toBeUndefined();
    },
  },
];
