import type { SluiceError } from "@sluice/contract";

/**
 * How a subscription's connection is doing.
 *
 * - `connecting`: the first attempt is under way.
 * - `live`: open, and caught up with the log.
 * - `reconnecting`: it was open before, or an attempt failed; the next one is under way or waits for its time.
 * - `paused`: an attempt failed, and the machine says that it is offline. It goes on at once when the network comes back; until
 *   then it is tried for now and then, as the machine may be wrong.
 * - `closed`: it ended, failed for good, was let go, or nobody has asked for it yet.
 */
export type ConnectionStatus = "connecting" | "live" | "reconnecting" | "paused" | "closed";

/** A moment of a connection. Immutable: each change is a new object. */
export interface Connection {
  readonly state: ConnectionStatus;
  /** Attempts since it was last live; 0 while it is live. */
  readonly attempt: number;
  /** When `state` began, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** When the next attempt starts, in milliseconds since the Unix epoch; only while waiting for it. */
  readonly retryAt?: number;
  /**
   * The position reached by now, as the server named it last; `undefined` before the first. It moves with every event, so it
   * is asked for, and that it moved is no change of the connection.
   */
  cursor(): string | undefined;
  /** Why the last attempt failed, or why the subscription is over. */
  readonly error?: SluiceError;
}

const nowhere = () => undefined;

/** @param since in milliseconds since the Unix epoch. */
export const closedConnection = (since: number, cursor: Connection["cursor"] = nowhere): Connection => ({
  state: "closed",
  attempt: 0,
  since,
  cursor,
});
