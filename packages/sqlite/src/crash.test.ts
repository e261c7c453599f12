import { expect, it } from "vitest";
import { buildWriter, killWriters } from "./crash.test-kit.js";
import { tinyJournal } from "./harness.test-kit.js";
import { type JournalLimits, journalLimits } from "./journal/limits.js";

const seeds = process.env["SLUICE_LONG_FAULTS"] ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1];
const times = 20;

const journals: readonly [string, JournalLimits][] = [
  ["whose entries stay in the journal", journalLimits],
  ["that moves entries all the time", tinyJournal],
];

it.each(journals)(
  `kill -9 of a process %s takes nothing that was acknowledged, and leaves nothing torn, ${seeds.length * times} times`,
  {
    timeout: 60_000 * seeds.length,
  },
  async (_, journal) => {
    const writer = await buildWriter();
    for (const seed of seeds)
      expect((await killWriters(writer, times, seed, journal)).acknowledged).toBeGreaterThan(20);
  },
);
