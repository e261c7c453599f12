import { setTimeout as sleep } from "node:timers/promises";
import { gaugeNames } from "../shared/gauges.ts";
import { s } from "./implementer.ts";
import { waves } from "./waves.ts";

/** Milliseconds between two levels of a gauge. */
const shortest = 700;
const longest = 2_200;

export const gauges = () => ({
  level: s.gauges.level.live({
    // Runs once for all windows, and only while one of them shows this gauge.
    source: async function* ({ input, signal }) {
      const number = gaugeNames.indexOf(input.gauge);
      while (!signal.aborted) {
        yield { type: "measured", data: { level: levelAt(number, Date.now()) } };
        await sleep(shortest + Math.random() * (longest - shortest), undefined, { signal });
      }
    },
  }),
});

function levelAt(gauge: number, time: number): number {
  const usual = 120 + ((gauge * 97) % 380);
  return Math.round(usual * (1 + 0.25 * waves(time / 9_000 + gauge * 31)));
}
