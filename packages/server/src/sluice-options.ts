import type { ContractTree } from "@sluice/contract";
import type { NamesOf } from "@sluice/contract/internal";
import type { Log } from "@sluice/log";
import type { Limits } from "./options/limits.js";
import type { Retain } from "./options/retain.js";
import type { Clock } from "./time/clock.js";

/** An error that clients see as `internal` or `contractMismatch`, without its cause. */
export interface ErrorReport {
  readonly error: unknown;
  /** Path of the procedure, or of a topic. */
  readonly path: string;
  readonly context: unknown;
}

export interface SluiceOptions<Tree extends ContractTree = ContractTree> {
  /** The log that keeps the events. Default: `memoryLog()`, in this process. */
  readonly log?: Log;
  /**
   * How much of the topics of single subscriptions is kept, by path; see `Retain`. It is given to the log with each append, so all
   * servers and publishers of a log should say the same: the last append decides. Default: as the log's own options say.
   */
  readonly retain?: Retain<Tree>;
  /**
   * Called with every error that a client sees as `internal` or, if an event does not fold into its topic's state, as
   * `contractMismatch`: the client does not see the cause. Also called with errors that a schema's own code throws for
   * an input, which the client sees as `badRequest`. An error that `onError` throws is printed. Default: prints to
   * stderr.
   */
  readonly onError?: (report: ErrorReport) => void;
  readonly limits?: Partial<Limits>;
  /** Milliseconds between heartbeats on an idle stream, at least 250. Default: 15,000. */
  readonly heartbeat?: number;
  /** Milliseconds that clients wait before they reconnect after a cut. Default: 1,000. */
  readonly retry?: number;
  /**
   * Milliseconds within which a client must take bytes from its full socket: at least 64 Ki, or all there is. A client
   * that does may be as slow as it likes, whatever the size of a snapshot. One that does not is cut, and resumes when
   * it reconnects. Default: 60,000.
   */
  readonly stallTimeout?: number;
  /**
   * Milliseconds that a procedure's own `snapshot()` may take. A longer one is reported to `onError`. A stream that is
   * being opened is answered 503; an open one ends with `unavailable`, and the client reconnects. Default: 10,000.
   */
  readonly snapshotTimeout?: number;
  /**
   * Milliseconds that the log keeps a finished resumable run, from its last entry on. Until then, its events do not
   * expire by age, but the log's limits of number and bytes still apply. Then the run is freed, and a client without a
   * cursor starts it again. Default: 86,400,000, one day.
   */
  readonly runTtl?: number;
  /**
   * Milliseconds for which a client counts as being there after its last stream has ended: a reconnect, a reload or a change of
   * streams within them is not seen by `onSubscribe`. (One that was disconnected as `forbidden` is not waited for.) They end up to
   * 250 ms late. At most `limits.subscriptions` clients and topics are waited for; beyond that, those that left first count as
   * gone at once. Default: 5,000.
   */
  readonly linger?: number;
  /** Drives heartbeats and deadlines. Default: the machine's time. */
  readonly clock?: Clock;
}

/** Used to check the names of options. */
export const sluiceOptionNames: NamesOf<SluiceOptions> = {
  log: true,
  retain: true,
  onError: true,
  limits: true,
  heartbeat: true,
  retry: true,
  stallTimeout: true,
  snapshotTimeout: true,
  runTtl: true,
  linger: true,
  clock: true,
};
