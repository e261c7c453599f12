import { expect } from "vitest";
import type { Appended } from "../log.js";
import { appendEach, appended, dataOf, events, headOf, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

const idempotencyKey = "k";

/** The answer to a retry of an append. */
const duplicateOf = ({ cursor }: Appended): Appended => ({ ok: true, duplicate: true, cursor });

export const dedupeCases: readonly LogCase[] = [
  {
    name: "appends once per idempotency key, and answers with the first cursor",
    async run({ log, peer }) {
      const first = await log.append(topic, events("a", "b"), { idempotencyKey });
      expect(first.duplicate).toBe(false);
      await log.append(topic, events("c"));
      expect(await log.append(topic, events("a", "b"), { idempotencyKey })).toEqual(duplicateOf(first));
      expect(await peer.append(topic, events("other"), { idempotencyKey })).toEqual(duplicateOf(first));
      expect(dataOf(await retained(log))).toEqual(['"a"', '"b"', '"c"']);
    },
  },
  {
    name: "appends once when retries race",
    async run({ log, peer }) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? log : peer).append(topic, events("a", "b"), { idempotencyKey })),
      );
      expect(answers.filter((answer) => !answer.duplicate).length).toBe(1);
      const head = await headOf(log, topic);
      for (const answer of answers) expect(answer.cursor).toEqual(head);
      expect((await retained(log)).length).toBe(2);
    },
  },
  {
    name: "keeps the idempotency keys of topics apart",
    async run({ log }) {
      for (const name of ["a", "a?", "__proto__", topic]) {
        expect((await log.append(name, events("a"), { idempotencyKey })).duplicate).toBe(false);
      }
      for (const odd of ["__proto__", "constructor", "é 🎉", "k ", "a:b", "a", "a\0", "a\0b"]) {
        expect((await log.append(topic, events("a"), { idempotencyKey: odd })).duplicate).toBe(false);
        expect((await log.append(topic, events("a"), { idempotencyKey: odd })).duplicate).toBe(true);
      }
    },
  },
  {
    name: "appends every time without an idempotency key",
    async run({ log }) {
      for (const _ of run(1, 3)) expect((await log.append(topic, events("a"))).duplicate).toBe(false);
      expect((await retained(log)).length).toBe(3);
    },
  },
  {
    name: "remembers an idempotency key whose entries are trimmed",
    options: { retain: { events: 2 } },
    async run({ log }) {
      const first = await log.append(topic, events("a"), { idempotencyKey });
      await appendEach(log, topic, run(1, 5));
      await log.trim(topic, await headOf(log, topic));
      expect(await log.append(topic, events("a"), { idempotencyKey })).toEqual(duplicateOf(first));
      expect(await retained(log)).toEqual([]);
    },
  },
  {
    name: "remembers the configured number of idempotency keys",
    options: { dedupe: { keys: 20 } },
    async run({ log }) {
      for (let i = 0; i < 60; i += 1) await log.append(topic, events(`${i}`), { idempotencyKey: `${i}` });
      const answers = [];
      for (let i = 40; i < 60; i += 1) answers.push(await log.append(topic, events("x"), { idempotencyKey: `${i}` }));
      expect(answers.every((answer) => answer.duplicate)).toBe(true);
      expect((await retained(log)).length).toBe(60);
    },
  },
  {
    name: "remembers idempotency keys up to their age",
    options: { dedupe: { age: 1_000 } },
    needs: ["advance"],
    async run({ log, advance }) {
      await log.append(topic, events("a"), { idempotencyKey });
      await advance(700);
      expect((await log.append(topic, events("a"), { idempotencyKey })).duplicate).toBe(true);
      // The window starts at the first append: a retry doesn't prolong it.
      await advance(700);
      expect((await log.append(topic, events("a"), { idempotencyKey })).duplicate).toBe(false);
    },
  },
  {
    name: "remembers idempotency keys for longer than entries, even in an idle topic",
    options: { retain: { age: 500 }, dedupe: { age: 60_000 }, idle: 500 },
    needs: ["advance"],
    async run({ log, advance }) {
      const first = await log.append(topic, events("a"), { idempotencyKey });
      for (let i = 0; i < 3; i += 1) {
        await advance(1_200);
        await appended(log, "scores/other", run(i, i));
      }
      expect(await log.append(topic, events("a"), { idempotencyKey })).toEqual(duplicateOf(first));
    },
  },
];
