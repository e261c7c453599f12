import type { AnySubscription, ErrorOf, EventDataOf, EventOf, StateOf } from "@sluice/contract";
import type { ResetReason } from "@sluice/contract/wire";
import type { Connection } from "../transport/connection-state.js";

/** Events between the last one applied and what follows are not to be had. */
export interface Reset {
  /** The server's reason, or `resync`: a fresh snapshot was asked for, and it is ahead of the events that came one by one. */
  readonly reason: ResetReason | "resync";
  /** Cursor before the oldest event that the log still has. */
  readonly oldest: string;
  readonly head: string;
}

/** Handlers by event type. They see every event, in order. */
export type EventHandlers<P extends AnySubscription> = {
  readonly [Type in keyof P["events"] & string]?: (data: EventDataOf<P, Type>, event: EventOf<P>) => void;
};

/** What a subscriber wants to be told. */
export interface SubscriptionHandlers<P extends AnySubscription> {
  /** By event type; see `EventHandlers`. */
  readonly on?: {
    readonly [Type in keyof P["events"] & string]?: (data: EventDataOf<P, Type>, event: EventOf<P>) => void;
  };
  /** Every event, whatever its type. */
  readonly onEvent?: (event: EventOf<P>) => void;
  /** The state, at once if it is known and after every change. Never called where the contract declares none. */
  readonly onState?: (state: StateOf<P>) => void;
  /** How the connection is doing, at once and after every change. That the cursor moved is no change. */
  readonly onConnection?: (connection: Connection) => void;
  /** A gap in history. With state, a fresh snapshot follows. */
  readonly onReset?: (reset: Reset) => void;
  /**
   * The subscription failed for good. Nothing is called after it. Stop it as well: as long as somebody holds it, whoever
   * subscribes with the same input shares it and is told the same error.
   */
  readonly onError?: (error: ErrorOf<P>) => void;
  /** The subscription came to its proper end. Nothing is called after it. */
  readonly onEnd?: () => void;
  /** Stops the subscription when it aborts, as calling the returned function does. */
  readonly signal?: AbortSignal;
}

export interface IterateOptions {
  /** Ends the iteration when it aborts: the loop throws the error `aborted`. */
  readonly signal?: AbortSignal;
  /** Where to start: the `id` of the last event that was applied. Default: where the contract says. */
  readonly cursor?: string;
  /** Told of a gap in history. Without it, a gap makes the loop throw the error `gap`. */
  readonly onReset?: (reset: Reset) => void;
}
