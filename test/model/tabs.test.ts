import { it } from "vitest";
import { runTabs } from "./run.js";
import { seedsOf } from "./seeds.js";

it.each(seedsOf(10))(
  "the promises of delivery hold in tabs that open, close, crash and freeze, SEED=%i",
  (seed) => runTabs(seed),
  120_000,
);
