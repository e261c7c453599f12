import { copyFileSync, statSync, truncateSync } from "node:fs";
import type { Cursor, Log, LogEntry } from "@sluice/log";
import { expect, it, onTestFinished } from "vitest";
import { seededRandom } from "../../log/src/conformance/seeded-random.js";
import { newFolder, tinyJournal } from "./harness.test-kit.js";
import { type JournalLimits, journalLimits } from "./journal/limits.js";
import { openLog } from "./open-log.test-kit.js";

const topic = "a";

function openOn(file: string, journal: JournalLimits): Log {
  const { log } = openLog({ file, journal });
  onTestFinished(() => log.close?.());
  return log;
}

/** Only two values, so that what was lost often grows again with equal entries at the same offsets. */
const someEvents = (below: (n: number) => number) =>
  Array.from({ length: 1 + below(3) }, () => ({ type: "t", data: String(below(2)) }));

async function entriesOf(log: Log): Promise<readonly LogEntry[]> {
  const { page } = await log.open(topic, { from: "oldest", limit: 10_000 });
  return page.ok ? page.entries : expect.fail("a gap");
}

const isAccepted = async (log: Log, from: Cursor) => (await log.open(topic, { from, limit: 1 })).page.ok;

const textOf = (entries: readonly LogEntry[]) => JSON.stringify(entries.map(({ data }) => data));

const journals: readonly [string, JournalLimits][] = [
  ["in the journal", journalLimits],
  ["in the journal and in segments", tinyJournal],
];

// A power cut takes the end of the write-ahead log, of which some was not yet on the disk.
it.each(journals)(
  "after a power cut there is a beginning of the history, %s, and no cursor of a lost end is taken for another one",
  async (_, journal) => {
    const cuts = { lost: 0, kept: 0 };
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = seededRandom(seed);
      const [before, after] = [newFolder(), newFolder()];
      onTestFinished(before.remove);
      onTestFinished(after.remove);
      const first = openOn(before.file, journal);
      for (let i = 0; i < 40; i += 1)
        await first.append(
          topic,
          someEvents((n) => random.below(n)),
        );
      const written = await entriesOf(first);

      for (const end of ["", "-wal"]) copyFileSync(before.file + end, after.file + end);
      const { size } = statSync(`${after.file}-wal`);
      truncateSync(`${after.file}-wal`, Math.floor(size / 2) + random.below(Math.floor(size / 2)));
      const log = openOn(after.file, journal);
      const kept = await entriesOf(log);
      expect(kept).toEqual(written.slice(0, kept.length));

      for (let i = 0; i < 10; i += 1)
        await log.append(
          topic,
          someEvents((n) => random.below(n)),
        );
      const now = await entriesOf(log);
      for (const [i, { cursor }] of written.entries()) {
        const isSame = textOf(now.slice(0, i + 1)) === textOf(written.slice(0, i + 1));
        expect(await isAccepted(log, cursor)).toBe(isSame);
        if (i < kept.length) expect(isSame).toBe(true);
      }
      cuts.lost += written.length - kept.length;
      cuts.kept += kept.length;
    }
    expect(cuts.lost).toBeGreaterThan(20);
    expect(cuts.kept).toBeGreaterThan(20);
  },
);
