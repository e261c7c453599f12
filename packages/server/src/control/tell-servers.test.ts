import { type Log, LogError, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import { readLog } from "../topic/read-log.test-kit.js";
import { tellServers } from "./tell-servers.js";
import { controlTopic, type DisconnectWord } from "./words.js";

const word: DisconnectWord = { kind: "disconnect", from: "one", tag: "a\ud800", reason: "forbidden" };

/** A log whose first appends fail, before or after they happened. */
function failing(times: number, code: "unavailable" | "unknown", happens: boolean) {
  const log = memoryLog();
  let failed = 0;
  const append: Log["append"] = async (...args) => {
    if (failed++ >= times) return log.append(...args);
    if (happens) await log.append(...args);
    throw new LogError(code, "away");
  };
  const words = async () => {
    const page = await readLog(log, controlTopic, "oldest");
    return page.ok ? page.entries.map(({ type, data }) => [type, JSON.parse(data)]) : [];
  };
  return { log: { ...log, append } as Log, words };
}

it.each([true, false])("says a word once if the store didn't answer at first, and it happened: %s", async (happens) => {
  const { log, words } = failing(2, "unknown", happens);
  await tellServers(log, word);
  expect(await words()).toEqual([["$disconnect", { from: "one", tag: "a\ud800", reason: "forbidden" }]]);
});

it.each([
  ["unavailable", 1],
  ["unknown", 3],
] as const)("fails as unavailable, and may be repeated, if the log is %s", async (code, times) => {
  const { log, words } = failing(times, code, false);
  await expect(tellServers(log, word)).rejects.toMatchObject({
    code: "unavailable",
    retryable: true,
    retryAfter: 1_000,
  });
  await tellServers(log, word);
  expect((await words()).length).toBe(1);
});
