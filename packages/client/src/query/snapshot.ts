import { type Connection, closedConnection } from "../transport/connection-state.js";

/** What a view shows beside its query's data. Changes at most once per frame, together with the data. */
export interface LiveSnapshot {
  readonly connection: Connection;
  /** Whether the subscription has ended without an error. */
  readonly ended: boolean;
}

/** With `skipToken` as input. */
export const notAsked: LiveSnapshot = {
  connection: closedConnection(Date.now()),
  ended: false,
};

/** Before the subscription opens. */
export const opening = (): Connection => ({ ...closedConnection(Date.now()), status: "connecting" });
