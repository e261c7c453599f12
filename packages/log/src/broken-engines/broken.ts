import { snapshotOf } from "../conformance/helpers.js";
import type { LogSetup } from "../conformance.js";
import type { Lease, Log, ReadFrom, ReadGap, ReadPage, Snapshot } from "../log.js";
import { type MemoryHarness, openMemoryHarness } from "../memory-harness.js";

/** An engine with one fault, and cases of the suite that must find it. */
export interface BrokenEngine {
  readonly name: string;
  readonly setup: LogSetup;
  readonly caughtBy: readonly string[];
}

/** A log whose topics all begin a new life whenever `life()` changes. */
export function inLives(log: Log, life: () => number): Log {
  const named = (topic: string) => `${topic}#${life()}`;
  const inside = (lease: Lease) => ({ ...lease, topic: named(lease.topic) });
  const outside = (topic: string, lease: Lease | undefined) => lease && { ...lease, topic };
  return {
    append: (topic, events, options) => log.append(named(topic), events, options),
    findAppend: (topic, key) => log.findAppend(named(topic), key),
    watch: (topic, onAppend) => log.watch(named(topic), onAppend),
    open: (topic, options) => log.open(named(topic), options),
    saveSnapshot: (topic, cursor, data) => log.saveSnapshot(named(topic), cursor, data),
    trim: (topic, upTo) => log.trim(named(topic), upTo),
    acquire: async (topic, request) => outside(topic, await log.acquire(named(topic), request)),
    renew: (lease) => log.renew(inside(lease)),
    release: (lease) => log.release(inside(lease)),
    free: (topic) => log.free(named(topic)),
  };
}

type Read = (topic: string, from: ReadFrom, limit: number) => Promise<ReadPage | ReadGap>;
type Load = (topic: string) => Promise<Snapshot | undefined>;

/** The `open` of an engine that stores snapshots separately, and reads snapshot and entries one after the other. */
export function openBeside(read: Read, load: Load): Log["open"] {
  return async (topic, { from, limit, snapshotOnGap = false }) => {
    if (from === "snapshot") {
      const snapshot = await load(topic);
      return { page: await read(topic, snapshot?.cursor ?? "oldest", limit), snapshot };
    }
    const page = await read(topic, from, limit);
    const snapshot = page.ok || !snapshotOnGap ? undefined : await load(topic);
    return snapshot ? { page, snapshot, afterSnapshot: await read(topic, snapshot.cursor, limit) } : { page };
  };
}

/** Replaces how a log reads its pages. */
export const reading = (log: Log, read: Read): Pick<Log, "open"> => ({
  open: openBeside(read, (topic) => snapshotOf(log, topic)),
});

/** A memory log with some methods replaced. */
export function broken(change: (log: Log, harness: MemoryHarness) => Partial<Log>): LogSetup {
  return async (options) => {
    const harness = await openMemoryHarness(options);
    return { ...harness, log: { ...harness.log, ...change(harness.log, harness) } };
  };
}
