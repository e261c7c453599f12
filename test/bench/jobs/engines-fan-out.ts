import type { Child } from "../../support/child.ts";
import type { LoadMethods } from "../measure/load-process.ts";
import { ratios, summarise } from "../measure/statistics.ts";
import type { Job } from "./job.ts";

/**
 * The same as `fan-out`, with a log that outlives the process, in turns with the memory log in the same process: two processes with the same log
 * differ by more than what is looked for.
 */
export const engineFanOut: Job = {
  name: "engines-fan-out",
  title: "fan-out to 1,000 subscribers, an event per turn (baseline: the memory log beside itself)",
  unit: "× the CPU per delivery of the memory log in the same process",
  targets: ["sluice", "sluice-sqlite", "sluice-redis"],
  hasStore: true,
  serving: (_quick, _variant, store) => ({ kind: "live", ...(store && { store }) }),
  async sample({ server, load, quick, cpu, beside }) {
    const memory = await beside("sluice");
    const count = quick ? 100 : 1_000;
    for (const each of [load, memory]) {
      await each.call("open", { count });
      await each.call("turns", { events: 1, duration: { least: 20, ms: quick ? 200 : 1_500 } });
    }
    await server.call("collect");
    const perTurn = async (of: Child<LoadMethods>) => {
      let turns = 0;
      const used = await cpu(async () => {
        turns = await of.call("turns", { events: 1, duration: { least: 5, ms: quick ? 50 : 250 } });
      });
      return used / turns;
    };
    const [own, others]: [number[], number[]] = [[], []];
    for (let round = 0; round < (quick ? 3 : 15); round += 1) {
      own.push(await perTurn(load));
      others.push(await perTurn(memory));
    }
    return summarise(ratios(own, others)).median;
  },
};
