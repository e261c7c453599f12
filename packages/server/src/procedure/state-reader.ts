import type { AnySubscription, InputOf, StateOf, WithoutInput } from "@sluice/contract";

export interface ReadStateOptions {
  /** What the adapter's `context` function would give, where the procedure has a `snapshot` of its own. Default: an empty one. */
  readonly context?: object;
}

/**
 * Reads a topic's state as it is now, and the cursor that it belongs to: what a subscriber is sent as `$snapshot`. A procedure's own
 * `snapshot` is asked, behind its middleware. (These two are called with a `state` that gives the folded state, or it would ask
 * itself without an end.)
 */
export interface ReadState {
  <P extends AnySubscription>(procedure: WithoutInput<P, P, "state(procedure, input)">): Promise<StateAt<P>>;
  <P extends AnySubscription>(procedure: P, input: InputOf<P>, options?: ReadStateOptions): Promise<StateAt<P>>;
}

/** A state, and the cursor that it belongs to. */
export interface StateAt<P extends AnySubscription> {
  readonly state: StateOf<P>;
  readonly cursor: string;
}
