import type { SluiceError } from "@sluice/contract";

/**
 * What a subscription's connection is doing.
 *
 * - `connecting`: the first attempt is under way.
 * - `live`: open, and caught up with the log.
 * - `reconnecting`: it was open before, or an attempt failed; the next attempt is under way or scheduled.
 * - `paused`: an attempt failed, and `navigator.onLine` is false. It reconnects at once when the network comes back;
 *   until then it rarely tries, as `navigator.onLine` may be wrong.
 * - `closed`: it has ended, failed for good, was closed, or has no subscribers yet.
 */
export type ConnectionStatus = "connecting" | "live" | "reconnecting" | "paused" | "closed";

/** A connection at a moment. Immutable: each change is a new object. */
export interface Connection {
  readonly status: ConnectionStatus;
  /** Attempts since it was last live; 0 while it is live. */
  readonly attempt: number;
  /** When it entered `status`, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** When the next attempt starts, in milliseconds since the Unix epoch; only while one is scheduled. */
  readonly retryAt?: number;
  /**
   * The cursor reached by now; `undefined` before the first. A function, as it moves with every event, which is no
   * change of the connection.
   */
  cursor(): string | undefined;
  /**
   * True while the server can't reach its log: the connection is open, and yet `data` may be old, as what is published elsewhere doesn't
   * come. Absent: the server hasn't said so.
   */
  readonly stale?: true;
  /** Why the last attempt or the subscription failed. */
  readonly error?: SluiceError;
}

const nowhere = () => undefined;

/**
 * Of a subscription that hasn't been opened. Reads the clock when `since` is read, and not before: a page that is rendered ahead of all
 * requests, as with Next's Cache Components, must not.
 */
export function unopenedConnection(status: ConnectionStatus, now: () => number): Connection {
  let since: number | undefined;
  return {
    status,
    attempt: 0,
    get since() {
      since ??= now();
      return since;
    },
    cursor: nowhere,
  };
}

/** @param since in milliseconds since the Unix epoch. */
export const closedConnection = (since: number, cursor: Connection["cursor"] = nowhere): Connection => ({
  status: "closed",
  attempt: 0,
  since,
  cursor,
});
