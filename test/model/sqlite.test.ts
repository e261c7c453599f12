import { it } from "vitest";
import { runSqlite } from "./run.js";
import { inRealTime, seedsOf } from "./seeds.js";

it.each(seedsOf(25))(
  "the promises of delivery hold on an SQLite file, over restarts and kills, SEED=%i",
  inRealTime(240_000),
  (seed) => runSqlite(seed),
);
