import type { LogSetup } from "../conformance.js";
import type { Log } from "../log.js";
import { type MemoryHarness, openMemoryHarness } from "../memory-harness.js";

/** An engine with one fault, and cases of the suite that must find it. */
export interface BrokenEngine {
  readonly name: string;
  readonly setup: LogSetup;
  readonly caughtBy: readonly string[];
}

/** The log, with every topic beginning anew whenever the number of its life changes. */
export function inLives(log: Log, life: () => number): Log {
  const named = (topic: string) => `${topic}#${life()}`;
  return {
    append: (topic, events, options) => log.append(named(topic), events, options),
    findAppend: (topic, key) => log.findAppend(named(topic), key),
    read: (topic, from, limit) => log.read(named(topic), from, limit),
    head: (topic) => log.head(named(topic)),
    watch: (topic, onAppend) => log.watch(named(topic), onAppend),
    loadSnapshot: (topic) => log.loadSnapshot(named(topic)),
    saveSnapshot: (topic, position, data) => log.saveSnapshot(named(topic), position, data),
    trim: (topic, upTo) => log.trim(named(topic), upTo),
  };
}

/** A memory log with some methods replaced. */
export function broken(change: (log: Log, harness: MemoryHarness) => Partial<Log>): LogSetup {
  return async (options) => {
    const harness = await openMemoryHarness(options);
    return { ...harness, log: { ...harness.log, ...change(harness.log, harness) } };
  };
}
