import type { AnySubscription } from "@sluice/contract";
import type { Disconnect } from "../control/disconnect-options.js";
import type { GetTopic } from "../publish/topic-handle.js";
import type { Lifetime } from "../time/lifetime.js";
import { errorsFor } from "./errors.js";
import type { Implementation } from "./implementation.js";
import { withSignal } from "./lazy-signal.js";
import type { AnyArgs } from "./middleware.js";

export interface Caller {
  readonly context: object;
  /** Parsed and decoded. */
  readonly input: unknown;
  readonly lifetime: Lifetime;
}

/** The server's functions that procedure code may call. */
export interface ServerTools {
  readonly disconnect: Disconnect;
  readonly topic: GetTopic;
  /** The same, but `state()` returns the state folded from the log, even where the procedure has its own `snapshot`. */
  readonly foldedTopic: GetTopic;
}

/** The arguments of middleware and of the procedure's own code. */
export const argsFor = (
  { disconnect, topic, foldedTopic }: ServerTools,
  { procedure: { path, errors }, run }: Implementation,
  { context, input, lifetime }: Caller,
) => {
  // A procedure's own snapshot reads the folded state: otherwise it would call itself without end.
  const isOwn = run.kind === "live" && run.snapshot !== undefined;
  const within = (of: AnySubscription, given?: unknown) =>
    (of?.path === path ? foldedTopic : topic)(of, given as never);
  const all = { context, input, path, errors: errorsFor(errors), topic: isOwn ? within : topic, disconnect };
  return withSignal(all, lifetime) as AnyArgs;
};
