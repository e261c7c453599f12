import type { Log } from "../log.js";
import type { MemoryLogOptions } from "../memory/options.js";

/** The limits that a case needs. Default: the engine's own. */
export type LogSetupOptions = Omit<MemoryLogOptions, "now">;

/** What the suite needs from an engine under test. */
export interface LogHarness {
  readonly log: Log;
  /** The same store as another process opens it. Default: `log` itself. */
  readonly peer?: Log;
  /**
   * Lets time pass for the engine: by its clock if it takes one, else by waiting. Cases ask for a few seconds at most. If
   * an engine reports the end of a watch to its store late, `advance` waits for that first. Without it, cases about age are skipped.
   */
  advance?(ms: number): Promise<void>;
  /**
   * Makes the engine lose a topic's newest entries and everything derived from them, but keep its epoch, like a failover to a
   * replica that lagged behind. Without it, cases about lost tails are skipped.
   */
  failover?(topic: string, lost: number): Promise<void>;
  /**
   * Cuts `log` off from its store, runs `meanwhile`, and brings the store back. `meanwhile` gets a log of the same store that is not
   * cut off, as in another process. Without it, cases about an unavailable store are skipped.
   */
  outage?(meanwhile: (other: Log) => Promise<void>): Promise<void>;
  /** Called after each case, passed or failed. */
  close?(): Promise<void>;
}

/** Opens an empty store for one case. Stores of different cases share nothing. */
export type LogSetup = (options: LogSetupOptions) => Promise<LogHarness>;

/** Abilities that only some harnesses have. */
export type LogAbility = "advance" | "failover" | "outage";

export interface LogCaseContext {
  readonly log: Log;
  readonly peer: Log;
  readonly advance: (ms: number) => Promise<void>;
  readonly failover: (topic: string, lost: number) => Promise<void>;
  readonly outage: (meanwhile: (other: Log) => Promise<void>) => Promise<void>;
}

/** One promise of the port. It fails by rejecting. */
export interface LogCase {
  readonly name: string;
  readonly options?: LogSetupOptions;
  readonly needs?: readonly LogAbility[];
  readonly run: (context: LogCaseContext) => Promise<void>;
}

/** Runs one case on its own store. Returns the ability that the harness lacks, if the case can't run. */
export async function runLogCase(logCase: LogCase, setup: LogSetup): Promise<LogAbility | undefined> {
  const harness = await setup(logCase.options ?? {});
  try {
    const lacking = logCase.needs?.find((ability) => !harness[ability]);
    if (lacking) return lacking;
    const { log, peer = log } = harness;
    await logCase.run({
      log,
      peer,
      advance: async (ms) => harness.advance?.(ms),
      failover: async (topic, lost) => harness.failover?.(topic, lost),
      outage: async (meanwhile) => harness.outage?.(meanwhile),
    });
    return undefined;
  } finally {
    await harness.close?.();
  }
}
