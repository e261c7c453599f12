import { expect } from "vitest";
import { appended, cursorOf, dataOf, events, expectGap, headOf, pageOf, read, retained, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const failoverCases: readonly LogCase[] = [
  {
    name: "resumes from before a lost tail",
    needs: ["failover"],
    async run({ log, failover }) {
      const entries = await appended(log, topic, events("a", "b", "c", "d"));
      await failover(topic, 2);
      expect(await retained(log)).toEqual(entries.slice(0, 2));
      await log.append(topic, events("e"));
      expect(dataOf((await pageOf(log, topic, cursorOf(entries, 1))).entries)).toEqual(['"e"']);
    },
  },
  {
    name: "refuses a cursor in a lost tail",
    needs: ["failover"],
    async run({ log, failover }) {
      const entries = await appended(log, topic, events("a", "b", "c", "d"));
      await failover(topic, 2);
      await expectGap(log, topic, cursorOf(entries, 2), "diverged");
      await expectGap(log, topic, cursorOf(entries, 3), "diverged");
      await log.append(topic, events("x", "y", "z"));
      await expectGap(log, topic, cursorOf(entries, 2), "diverged");
      await expectGap(log, topic, cursorOf(entries, 3), "diverged");
      await log.trim(topic, await headOf(log, topic));
      expect(await read(log, topic, cursorOf(entries, 3), 10)).toMatchObject({ ok: false });
    },
  },
  {
    name: "refuses a cursor in a lost tail even if an equal entry took its place",
    needs: ["failover"],
    async run({ log, failover }) {
      const entries = await appended(log, topic, events("a", "b", "c", "same"));
      await failover(topic, 2);
      const grown = await appended(log, topic, events("x", "same", "same"));
      await expectGap(log, topic, cursorOf(entries, 3), "diverged");
      expect(cursorOf(grown, 1).offset).toBe(cursorOf(entries, 3).offset);
      // The engine checks the cursor before the oldest entry by that entry's mark.
      await log.trim(topic, cursorOf(grown, 1));
      await expectGap(log, topic, cursorOf(entries, 3), "diverged");
    },
  },
  {
    name: "saves and trims nothing at a cursor in a lost tail",
    needs: ["failover"],
    async run({ log, failover }) {
      const entries = await appended(log, topic, events("a", "b", "c"));
      await failover(topic, 1);
      await log.append(topic, events("x"));
      expect(await log.saveSnapshot(topic, cursorOf(entries, 2), "{}")).toBe(false);
      await log.trim(topic, cursorOf(entries, 2));
      expect(dataOf(await retained(log))).toEqual(['"a"', '"b"', '"x"']);
    },
  },
  {
    name: "appends a retried batch again if its first append was lost",
    needs: ["failover"],
    async run({ log, failover }) {
      await log.append(topic, events("a"));
      await log.append(topic, events("b"), { idempotencyKey: "k" });
      await failover(topic, 1);
      expect((await log.append(topic, events("b"), { idempotencyKey: "k" })).duplicate).toBe(false);
      expect(dataOf(await retained(log))).toEqual(['"a"', '"b"']);
    },
  },
];
