import { describe, it } from "vitest";
import { runKills } from "./kill/run-kills.js";
import { runHeavy, runModel } from "./run.js";

/** `SEED` gives one run, `RUNS` the number of runs; both are meant for `npm run test:model`. */
const given = process.env["SEED"];
const runs = Number(process.env["RUNS"] ?? 25);
const seeds = given === undefined ? Array.from({ length: runs }, (_, i) => i + 1) : [Number(given)];

describe("the promises of delivery hold", () => {
  it.each(seeds)("under random actions and faults, SEED=%i", (seed) => runModel(seed), 20_000);

  it.each(seeds.filter((seed) => given !== undefined || seed % 10 === 0))(
    "however slowly one reads, SEED=%i",
    (seed) => runHeavy(seed),
    20_000,
  );

  it.each(seeds.filter((seed) => given !== undefined || seed % 8 === 0))(
    "however often the server is killed, SEED=%i",
    (seed) => runKills(seed),
    60_000,
  );
});
