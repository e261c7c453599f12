import type { AnySubscription, InputOf, StateOf, WithoutInput } from "@sluice/contract";

export interface ReadStateOptions {
  /**
   * The value that the adapter's `context` function would return. Used if the procedure has its own `snapshot`.
   * Default: an empty object.
   */
  readonly context?: object;
}

/**
 * Reads a topic's current state and its cursor, as a subscriber gets them in `$snapshot`. If the procedure has its own
 * `snapshot`, that runs, behind its middleware. (Within these two, `state` of the same procedure returns the folded
 * state, or it would call itself without end.)
 */
export interface ReadState {
  <P extends AnySubscription>(procedure: WithoutInput<P, P, "state(procedure, input)">): Promise<StateAt<P>>;
  <P extends AnySubscription>(procedure: P, input: InputOf<P>, options?: ReadStateOptions): Promise<StateAt<P>>;
}

/** A state and its cursor. */
export interface StateAt<P extends AnySubscription> {
  readonly state: StateOf<P>;
  readonly cursor: string;
}
