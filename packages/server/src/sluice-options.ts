import type { NamesOf } from "@sluice/contract";
import type { Log } from "@sluice/log";
import type { Limits } from "./options/limits.js";
import type { Clock } from "./time/clock.js";

/** An error that clients got to see as `internal` or `contractMismatch`, without its cause. */
export interface ErrorReport {
  readonly error: unknown;
  /** Path of the procedure, or of a topic. */
  readonly path: string;
  readonly context: unknown;
}

export interface SluiceOptions {
  /** Where events are kept. Default: `memoryLog()`, in this process. */
  readonly log?: Log;
  /**
   * Told of every error that a client gets to see as `internal` or, where an event doesn't fold into its topic's state, as
   * `contractMismatch`: its cause stays here. Told, too, of what a schema's own code throws at an input, which is a `badRequest`
   * for the client. What it throws itself is printed. Default: prints to stderr.
   */
  readonly onError?: (report: ErrorReport) => void;
  readonly limits?: Partial<Limits>;
  /** Milliseconds between heartbeats on an idle stream, at least 250. Default: 15,000. */
  readonly heartbeat?: number;
  /** Milliseconds that clients wait before they open again after a cut. Default: 1,000. */
  readonly retry?: number;
  /**
   * Milliseconds within which a client must take something of what its full socket holds: at least 64 Ki, or all there is. One that
   * does may be as slow as it likes, whatever the size of a snapshot; one that does not is cut, and resumes when it comes again.
   * Default: 60,000.
   */
  readonly stallTimeout?: number;
  /**
   * Milliseconds that a procedure's own `snapshot()` may take; `onError` is told of one that takes longer. A stream that is
   * being opened is answered 503, one that is open ends with `unavailable`, and the client comes again. Default: 10,000.
   */
  readonly snapshotTimeout?: number;
  /**
   * Milliseconds for which the log keeps a resumable run that is over, from its last entry on: whole, whatever the age of its
   * events, but for those that are beyond the log's limits of number and bytes. Then it is freed, and whoever comes without
   * a cursor starts it anew. Default: 86,400,000, a day.
   */
  readonly runTtl?: number;
  /** Drives heartbeats and deadlines. Default: the machine's time. */
  readonly clock?: Clock;
}

/** For the check of names. */
export const sluiceOptionNames: NamesOf<SluiceOptions> = {
  log: true,
  onError: true,
  limits: true,
  heartbeat: true,
  retry: true,
  stallTimeout: true,
  snapshotTimeout: true,
  runTtl: true,
  clock: true,
};
