import type { AnySubscription } from "@sluice/contract";
import type { Publish } from "../publish/publisher.js";
import type { Lifetime } from "../time/lifetime.js";
import { errorsFor } from "./errors.js";
import type { Implementation } from "./implementation.js";
import { withSignal } from "./lazy-signal.js";
import type { AnyArgs } from "./middleware.js";
import type { ReadState, ReadStateOptions } from "./state-reader.js";

export interface Caller {
  readonly context: object;
  /** Parsed and decoded. */
  readonly input: unknown;
  readonly lifetime: Lifetime;
}

/** The server's functions that procedure code may call. */
export interface ServerTools {
  readonly publish: Publish;
  readonly state: ReadState;
  /** The state folded from the log, even where the procedure has its own `snapshot`. */
  readonly foldedState: ReadState;
}

/** The arguments of middleware and of the procedure's own code. */
export const argsFor = (
  { publish, state, foldedState }: ServerTools,
  { procedure: { path, errors }, run }: Implementation,
  { context, input, lifetime }: Caller,
) => {
  // A procedure's own snapshot reads the folded state: with `state` it would call itself without end.
  const isOwn = run.kind === "live" && run.snapshot !== undefined;
  const read = (of: AnySubscription, input?: unknown, options?: ReadStateOptions) =>
    (of?.path === path ? foldedState : state)(of, input, options);
  const all = { context, input, path, errors: errorsFor(errors), publish, state: isOwn ? read : state };
  return withSignal(all, lifetime) as AnyArgs;
};
