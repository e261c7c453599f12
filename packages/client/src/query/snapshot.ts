import type { Connection } from "../transport/connection-state.js";

/** What a view shows beside its query's data. Changes at most once per frame, together with the data. */
export interface LiveSnapshot {
  readonly connection: Connection;
  /** Whether the subscription came to its proper end. */
  readonly ended: boolean;
}

const nowhere = () => undefined;

/** Of what is not asked for, as with `skipToken`. */
export const notAsked: LiveSnapshot = {
  connection: { state: "closed", attempt: 0, since: Date.now(), cursor: nowhere },
  ended: false,
};

/** Of what is about to open. */
export const opening = (): Connection => ({ state: "connecting", attempt: 0, since: Date.now(), cursor: nowhere });
