import type { AnySubscription, ErrorOf, EventDataOf, EventOf, StateOf } from "@sluice/contract";
import type { ResetReason } from "@sluice/contract/wire";
import type { Connection } from "../transport/connection-state.js";

/** A gap: events between the last one applied and the next are missing. */
export interface Reset {
  /** The server's reason, or `resync`: a fresh snapshot that was asked for is ahead of the events received. */
  readonly reason: ResetReason | "resync";
  /** Cursor just before the oldest event in the log. */
  readonly oldest: string;
  readonly head: string;
}

/** Handlers by event type. They get every event, in order. */
export type EventHandlers<P extends AnySubscription> = {
  readonly [Type in keyof P["events"] & string]?: (
    data: EventDataOf<P, Type>,
    event: Extract<EventOf<P>, { type: Type }>,
  ) => void;
};

/** A subscriber's handlers. */
export interface SubscriptionHandlers<P extends AnySubscription> {
  /** Handlers by event type; see `EventHandlers`. */
  readonly on?: {
    readonly [Type in keyof P["events"] & string]?: (
      data: EventDataOf<P, Type>,
      event: Extract<EventOf<P>, { type: Type }>,
    ) => void;
  };
  /** Called for every event of any type. */
  readonly onEvent?: (event: EventOf<P>) => void;
  /**
   * Called with the state: at once if it is known, and after every change. Never called if the contract declares none.
   */
  readonly onState?: (state: StateOf<P>) => void;
  /** Called at once and after every change of the connection. A new cursor is no change. */
  readonly onConnection?: (connection: Connection) => void;
  /** Called for a gap in history. With state, a fresh snapshot follows. */
  readonly onReset?: (reset: Reset) => void;
  /**
   * The subscription failed for good; no handler is called after this. Unsubscribe as well: until all subscribers have,
   * new ones with the same input get the same error.
   */
  readonly onError?: (error: ErrorOf<P>) => void;
  /** The subscription ended without an error; no handler is called after this. */
  readonly onEnd?: () => void;
  /** Unsubscribes when it aborts, like the returned function. */
  readonly signal?: AbortSignal;
}

export interface IterateOptions {
  /** Ends the iteration when it aborts: the loop throws the error `aborted`. */
  readonly signal?: AbortSignal;
  /** Resumes after this cursor, the `id` of the last event applied. Default: the contract's `start`. */
  readonly cursor?: string;
  /** Called for a gap in history. Without it, the loop throws the error `gap`. */
  readonly onReset?: (reset: Reset) => void;
}
