import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cursor, LogEntry } from "@sluice/log";
import { expect } from "vitest";
import { buildProgram } from "../../../test/support/built-program.js";
import { seededRandom } from "../../log/src/conformance/seeded-random.js";
import { type JournalLimits, journalLimits } from "./journal/limits.js";
import { openLog } from "./open-log.test-kit.js";

interface Acknowledged {
  readonly topic: string;
  readonly idempotencyKey: string;
  readonly cursor: Cursor;
}

/** One file, so that a process starts in a moment. Returns its path. */
export const buildWriter = (): Promise<string> =>
  buildProgram(new URL("killed-writer.test-kit.ts", import.meta.url), "killed-writer");

export interface Killed {
  /** Appends that were acknowledged. */
  readonly acknowledged: number;
  /** Appends that are in the file, but nobody was told. */
  readonly unacknowledged: number;
}

/** Kills a writer again and again, always with the same file, and checks after each time that nothing acknowledged is lost or torn. */
export async function killWriters(
  writer: string,
  times: number,
  seed: number,
  journal: JournalLimits = journalLimits,
): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-kill-"));
  const random = seededRandom(seed);
  const [file, notes] = [join(folder, "log.db"), join(folder, "acknowledged")];
  try {
    let sums: Killed = { acknowledged: 0, unacknowledged: 0 };
    for (let number = 0; number < times; number += 1) {
      const child = spawn(
        process.execPath,
        ["--no-warnings", writer, file, notes, `${number}`, number % 2 ? "full" : "normal", JSON.stringify(journal)],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      await Promise.race([
        once(child.stdout, "data"),
        once(child, "exit").then(() => expect.fail("it ended by itself")),
      ]);
      await new Promise((resolve) => setTimeout(resolve, random.below(40)));
      child.kill("SIGKILL");
      await once(child, "exit");
      sums = await check(file, notes, journal);
    }
    return sums;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function check(file: string, notes: string, journal: JournalLimits): Promise<Killed> {
  const { log } = openLog({ file, journal });
  const acknowledged = existsSync(notes)
    ? readFileSync(notes, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Acknowledged)
    : [];
  let entries = 0;
  for (const topic of ["t0", "t1", "t2"]) {
    const { page } = await log.open(topic, { from: "oldest", limit: 1_000_000 });
    if (!page.ok) expect.fail("a gap");
    expectWhole(page.entries);
    entries += page.entries.length;
    const cursors = new Map(page.entries.map(({ cursor, data }) => [cursor.offset, { cursor, data }]));
    for (const { topic: of, idempotencyKey, cursor } of acknowledged) {
      if (of !== topic) continue;
      const at = cursors.get(cursor.offset) ?? expect.fail(`${idempotencyKey} was acknowledged, and is lost`);
      expect([at.cursor, JSON.parse(at.data)]).toEqual([cursor, idempotencyKey]);
    }
    const last = acknowledged.filter((each) => each.topic === topic).at(-1);
    if (last) expect(await log.findAppend(topic, last.idempotencyKey)).toEqual(last.cursor);
  }
  await log.close?.();
  return { acknowledged: acknowledged.length, unacknowledged: entries / 2 - acknowledged.length };
}

/** Each append is there as a whole, and once. */
function expectWhole(entries: readonly LogEntry[]): void {
  const seen = new Set<string>();
  for (let i = 0; i < entries.length; i += 2) {
    const [first, second] = [entries[i], entries[i + 1]];
    expect([first?.type, second?.type, second?.data]).toEqual(["first", "second", first?.data]);
    expect([first?.cursor.offset, second?.cursor.offset]).toEqual([i + 1, i + 2]);
    expect(seen.has(first?.data ?? "")).toBe(false);
    seen.add(first?.data ?? "");
  }
}
