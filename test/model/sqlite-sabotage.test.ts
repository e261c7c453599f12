import type { Log } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { complaints } from "./find-defect.js";
import { logKinds } from "./kinds.js";
import { acceptingLostTails, keyless, rerunning } from "./log-defects.js";
import { runSqlite } from "./run.js";
import type { Sabotage } from "./sabotage.js";
import type { Store } from "./store.js";

/** Does it to the topics that are published to. */
const toTopics = (act: (store: Store, topic: string) => Promise<unknown>) => async (store: Store) => {
  for (const { topic = "" } of logKinds) await act(store, topic);
};

/** The engine has it from this log on. */
const fromThe = (count: number, defect: (log: Log) => Log): ((log: Log) => Log) => {
  let opened = 0;
  return (log) => (++opened < count ? log : defect(log));
};

/** Defects that show in what outlives a server, and the model's complaint about each. */
const defects: readonly (readonly [string, RegExp, Sabotage])[] = [
  [
    "an engine that forgets the last append at a restart",
    /, acknowledged at \S+, is not in/,
    {
      restart: toTopics(async (store, topic) => {
        const { head } = (await store.engine.open(topic, { from: { last: 0 }, limit: 0 })).page;
        if (head.offset > 0) await store.failover(topic, 1);
      }),
    },
  ],
  [
    "an engine that is empty after a restart",
    /was forgotten \d+ ms after/,
    { restart: toTopics((store, topic) => store.engine.free(topic)) },
  ],
  ["an engine that appends a retry again", /is at \S+ and at|was answered/, { log: keyless }],
  ["an engine that accepts the cursors of a lost tail", /not what follows|passes over/, { log: acceptingLostTails }],
  [
    "a server that starts a run again after a restart",
    /ran a second time|was begun more often|its first events are gone/,
    { log: fromThe(4, rerunning) },
  ],
];

describe("where the log is an SQLite file, the model finds", () => {
  it.each(defects)(
    "%s",
    async (_what, complaint, sabotage) => {
      expect((await complaints(runSqlite, sabotage, complaint)).at(-1)).toMatch(complaint);
    },
    240_000,
  );
});
