import {
  type AnySubscription,
  checkNames,
  coderOf,
  type InputOf,
  type NamesOf,
  type StateOf,
  topicOf,
  type WithoutInput,
} from "@sluice/contract";
import { formatCursor } from "@sluice/contract/wire";
import type { Runtime } from "../runtime.js";
import { takeSnapshot } from "../subscription/snapshot.js";
import { Lifetime } from "../time/lifetime.js";
import { stateOf } from "../topic/state-fold.js";
import type { FoldedState } from "../topic/topic-state.js";
import { argsFor } from "./call.js";
import type { Implementation } from "./implementation.js";
import { parseCallerInput } from "./input.js";
import { runMiddlewares } from "./middleware.js";
import { ownOf } from "./own.js";

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

/** Folds it from the log, whether or not subscribers are sent another. */
export async function readFolded(runtime: Runtime, given: AnySubscription, input?: unknown) {
  const procedure = ownOf(runtime.procedures, given, subject);
  stateOf(procedure);
  const topic = topicOf(procedure, await parseCallerInput(procedure, input));
  return decoded(procedure, await runtime.states.of(topic, procedure).current());
}

/** Reads of states that are under way, of procedures with a `snapshot` of their own. */
const underWay = new WeakMap<Implementation, number>();
/** Most of one procedure. It takes a `snapshot` that asks for itself to come to so many. */
const most = 1_000;

/** See `ReadState`. */
export async function readState(
  runtime: Runtime,
  given: AnySubscription,
  input?: unknown,
  options: ReadStateOptions = {},
) {
  checkNames("state", options, optionNames);
  const { context = {} } = options;
  const procedure = ownOf(runtime.procedures, given, subject);
  const implementation = runtime.implementations.get(procedure.path);
  const run = implementation?.run;
  if (!implementation || run?.kind !== "live" || !run.snapshot) return readFolded(runtime, procedure, input);
  const parsed = await parseCallerInput(procedure, input);
  const topic = topicOf(procedure, parsed);
  const lifetime = new Lifetime();
  const reads = underWay.get(implementation) ?? 0;
  if (reads === most) throw new Error(asksItself(procedure));
  underWay.set(implementation, reads + 1);
  try {
    const first = argsFor(runtime, implementation, { context, input: parsed, lifetime });
    const taken = await runMiddlewares(implementation.middlewares, first, (args) =>
      takeSnapshot(runtime, { procedure, topic, run, context: args.context, lifetime, args: () => args }),
    );
    return decoded(procedure, taken as FoldedState);
  } finally {
    lifetime.end();
    underWay.set(implementation, (underWay.get(implementation) as number) - 1);
  }
}

const asksItself = ({ path }: AnySubscription) =>
  `state() of "${path}" is asked ${most} times at once. If its own snapshot() or middleware asks, it has to ask the \`state\` that it is ` +
  "called with, which gives the folded state.";

const optionNames: NamesOf<ReadStateOptions> = { context: true };
const subject = "state() takes a subscription";

/** A state of the caller's own, to change as he likes. */
const decoded = (procedure: AnySubscription, { position, json }: FoldedState) => ({
  state: coderOf(stateOf(procedure).schema).decode(JSON.parse(json)) as never,
  cursor: formatCursor(position),
});
