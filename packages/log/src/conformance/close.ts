import { expect } from "vitest";
import { events, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const closeCases: readonly LogCase[] = [
  {
    name: "is closed once, and then answers nothing, if it can be closed",
    async run({ log }) {
      if (!log.close) return;
      await Promise.all([log.close(), log.close()]);
      await log.close();
      for (const call of [
        log.append(topic, events("a")),
        log.open(topic, { from: "oldest", limit: 1 }),
        log.free(topic),
      ]) {
        await expect(call).rejects.toMatchObject({ name: "LogError", code: "unavailable" });
      }
    },
  },
];
