import type { LogEntry, Position } from "./entry.js";

/**
 * What has been appended, told along with the word that something was: a hint, which may be left out, be lost, come late or twice.
 * Whoever stands at `before` has read on once it has these, and whoever stands where they end has them already, since equal
 * positions mean equal history. All others read, and so does whoever is told nothing.
 */
export interface Wakeup {
  readonly before: Position;
  /** In order, without a gap, directly after `before`. At least one. */
  readonly entries: readonly LogEntry[];
}

export interface Watch {
  /**
   * Resolves when every append from then on is told; what came before may not have been. Rejects with a `LogError` if the
   * topic can't be watched: the watch tells nothing then, and is to be stopped. Need not be awaited, nor its rejection caught.
   */
  readonly ready: Promise<void>;
  /** Ends it: `onAppend` is not called any more. A second call does nothing. */
  stop(): void;
}
