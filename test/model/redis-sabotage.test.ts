import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/describe-with.js";
import { missingRedisServer } from "../support/redis-server.js";
import { complaints } from "./find-defect.js";
import type { ProcessModelOptions } from "./processes/process-model.js";
import { runProcesses } from "./processes/run-processes.js";
import { ServerPool } from "./processes/server-pool.js";

/** Defects that show with two servers on one Redis, and the model's complaint about each. */
const defects: readonly (readonly [string, RegExp, Omit<ProcessModelOptions, "pool">])[] = [
  [
    "an engine that forgets the last append at a restart",
    /is not in|goes on after|diverged after|and another one after/,
    { isForgetful: true },
  ],
  ["an engine that appends a retry again", /is at \S+ and at|was answered/, { defect: "keyless" }],
  [
    "an engine that accepts the cursors of a lost tail",
    /not what follows|passes over|, where it is|, where history has/,
    { defect: "acceptingLostTails" },
  ],
  [
    "an engine whose wake-ups join a cursor that has diverged",
    /not what follows|passes over|, where it is/,
    { defect: "joining" },
  ],
  [
    "a server that starts a run again after a restart",
    /ran a second time|was begun more often|its first events are gone/,
    { defect: "rerunningAfterRestart", isAboutRuns: true },
  ],
];

describeWith(missingRedisServer, "with two processes on one Redis, the model finds", () => {
  let pool: ServerPool;
  beforeAll(async () => {
    pool = await ServerPool.open();
  });
  afterAll(() => pool.close());

  it.each(defects)(
    "%s",
    async (_what, complaint, options) => {
      const run = (seed: number, sabotage: object) => runProcesses(seed, { pool, sabotage, ...options });
      expect((await complaints(run, {}, complaint)).at(-1)).toMatch(complaint);
    },
    240_000,
  );
});
