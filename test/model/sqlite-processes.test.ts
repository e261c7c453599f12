import { afterAll, beforeAll, describe, it } from "vitest";
import { runProcesses } from "./processes/run-processes.js";
import { ServerPool } from "./processes/server-pool.js";
import { inRealTime, seedsOf } from "./seeds.js";

describe("the promises of delivery hold with two processes on one SQLite file", () => {
  let pool: ServerPool;
  beforeAll(async () => {
    pool = await ServerPool.open();
  });
  afterAll(() => pool.close());

  it.each(seedsOf(4, { long: 15 }))("that are killed and restarted, SEED=%i", inRealTime(240_000), (seed) =>
    runProcesses(seed, { pool, engine: "SQLite" }),
  );
});
