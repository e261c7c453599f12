import { type Connection, closedConnection } from "../transport/connection-state.js";

/** What a view shows beside its query's data. Changes at most once per frame, together with the data. */
export interface LiveSnapshot {
  readonly connection: Connection;
  /** Whether the subscription came to its proper end. */
  readonly ended: boolean;
}

/** Of what is not asked for, as with `skipToken`. */
export const notAsked: LiveSnapshot = {
  connection: closedConnection(Date.now()),
  ended: false,
};

/** Of what is about to open. */
export const opening = (): Connection => ({ ...closedConnection(Date.now()), state: "connecting" });
