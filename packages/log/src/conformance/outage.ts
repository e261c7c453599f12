import { expect } from "vitest";
import { LogError } from "../port/log-error.js";
import { dataOf, events, headOf, pageOf, retained, run, topic, until } from "./helpers.js";
import { leaseOf } from "./lease.js";
import type { LogCase } from "./log-case.js";

const idempotencyKey = "k";

export const outageCases: readonly LogCase[] = [
  {
    name: "rejects every call with a LogError while its store is unavailable, except for invalid arguments",
    needs: ["outage"],
    async run({ log, outage }) {
      const lease = await leaseOf(log, "scores/other");
      const head = await headOf(log);
      await outage(async () => {
        const answers = await Promise.allSettled([
          log.append(topic, events("a"), { idempotencyKey }),
          log.append(topic, events("a"), { idempotencyKey, after: head }),
          log.findAppend(topic, idempotencyKey),
          log.open(topic, { from: "snapshot", limit: 1 }),
          log.saveSnapshot("scores/other", head, "{}"),
          log.trim("scores/other", head),
          log.acquire("scores/other", { ttl: 1_000 }),
          log.renew(lease),
          log.release(lease),
          log.free("scores/third"),
        ]);
        const failures = answers.map((answer) => (answer.status === "rejected" ? answer.reason : answer));
        for (const failure of failures) expect(failure).toSatisfy(LogError.is);
        await expect(log.append(topic, [])).rejects.toThrow(RangeError);
      });
      // The append may have happened.
      expect(await log.append(topic, events("a"), { idempotencyKey })).toMatchObject({ cursor: { offset: 1 } });
      expect(dataOf(await retained(log))).toEqual(['"a"']);
    },
  },
  {
    name: "calls all watchers when its store is back",
    needs: ["outage"],
    async run({ log, outage }) {
      const calls = { changed: 0, quiet: 0 };
      const { end } = await pageOf(log, topic, "oldest");
      const watches = [log.watch(topic, () => calls.changed++), log.watch("scores/quiet", () => calls.quiet++)];
      await Promise.all(watches.map(({ ready }) => ready));
      for (const first of [1, 11]) {
        let before = { ...calls };
        await outage(async (other) => {
          await other.append(topic, run(first, first + 9));
          before = { ...calls };
        });
        await until(() => calls.changed > before.changed && calls.quiet > before.quiet);
      }
      for (const watch of watches) watch.stop();
      expect((await pageOf(log, topic, end)).entries.length).toBe(20);
    },
  },
  {
    name: "says when its store is away and when it is back, if it has onStatus",
    needs: ["outage"],
    async run({ log, outage }) {
      const said: string[] = [];
      const stop = log.onStatus?.((status) => said.push(status));
      if (!stop) return;
      await headOf(log);
      await outage(async () => {
        await until(() => said.at(-1) === "down");
      });
      await until(() => said.at(-1) === "up");
      expect(said.slice(-2)).toEqual(["down", "up"]);
      stop();
      const before = said.length;
      await outage(async () => {});
      await headOf(log);
      expect(said.length).toBe(before);
    },
  },
];
