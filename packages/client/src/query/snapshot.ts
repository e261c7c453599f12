import { type Connection, unopenedConnection } from "../transport/connection-state.js";

/** What a view shows beside its query's data. Changes at most once per frame, together with the data. */
export interface LiveSnapshot {
  readonly connection: Connection;
  /** Whether the subscription has ended without an error. */
  readonly ended: boolean;
}

const now = () => Date.now(); // which a test may replace

/** With `skipToken` as input. */
export const notAsked: LiveSnapshot = {
  connection: unopenedConnection("closed", now),
  ended: false,
};

/** Before the subscription opens. */
export const opening = (): Connection => unopenedConnection("connecting", now);
