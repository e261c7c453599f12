import type { LogSetup } from "../conformance.js";
import type { Log } from "../log.js";
import { type MemoryHarness, openMemoryHarness } from "../memory-harness.js";

/** An engine with one fault, and cases of the suite that must find it. */
export interface BrokenEngine {
  readonly name: string;
  readonly setup: LogSetup;
  readonly caughtBy: readonly string[];
}

/** A memory log with some methods replaced. */
export function broken(change: (log: Log, harness: MemoryHarness) => Partial<Log>): LogSetup {
  return async (options) => {
    const harness = await openMemoryHarness(options);
    return { ...harness, log: { ...harness.log, ...change(harness.log, harness) } };
  };
}
