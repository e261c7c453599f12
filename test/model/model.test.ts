import { describe, it } from "vitest";
import { runKills } from "./kill/run-kills.js";
import { runHeavy, runModel } from "./run.js";
import { seedsOf } from "./seeds.js";

const given = process.env["SEED"];
const seeds = seedsOf(25);

describe("the promises of delivery hold", () => {
  it.each(seeds)("under random actions and faults, SEED=%i", (seed) => runModel(seed), 120_000);

  it.each(seeds.filter((seed) => given !== undefined || seed % 10 === 0))(
    "however slowly one reads, SEED=%i",
    (seed) => runHeavy(seed),
    120_000,
  );

  it.each(seeds.filter((seed) => given !== undefined || seed % 8 === 0))(
    "however often the server is killed, SEED=%i",
    (seed) => runKills(seed),
    240_000,
  );
});
