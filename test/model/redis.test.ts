import { afterAll, beforeAll, it } from "vitest";
import { describeWith } from "../support/describe-with.js";
import { missingRedisServer } from "../support/redis-server.js";
import { runProcesses } from "./processes/run-processes.js";
import { ServerPool } from "./processes/server-pool.js";
import { inRealTime, seedsOf } from "./seeds.js";

describeWith(missingRedisServer, "the promises of delivery hold with two processes on one Redis", () => {
  let pool: ServerPool;
  beforeAll(async () => {
    pool = await ServerPool.open();
  });
  afterAll(() => pool.close());

  it.each(seedsOf(5, { long: 25 }))("that are killed, cut off and restarted, SEED=%i", inRealTime(240_000), (seed) =>
    runProcesses(seed, { pool }),
  );
});
