import { type AnyProcedure, type AnySubscription, checkNames, coderOf, type NamesOf, topicOf } from "@sluice/contract";
import { formatCursor } from "@sluice/contract/wire";
import type { Log } from "@sluice/log";
import { ownOf } from "../options/own-procedure.js";
import { argsFor, type ServerTools } from "../procedure/args.js";
import type { Implementation } from "../procedure/implementation.js";
import { parseCallerInput } from "../procedure/input.js";
import { runMiddlewares } from "../procedure/middleware.js";
import type { ReadStateOptions } from "../procedure/state-reader.js";
import { Lifetime } from "../time/lifetime.js";
import { stateOf } from "../topic/state-fold.js";
import type { FoldedState } from "../topic/topic-state.js";
import type { TopicStates } from "../topic/topic-states.js";
import { type OwnSnapshotParts, takeOwn, unfollowed } from "./own-snapshot.js";

interface FoldedStateParts {
  /** The contract's, by path. */
  readonly procedures: ReadonlyMap<string, AnyProcedure>;
  readonly states: TopicStates;
}

interface StateParts extends FoldedStateParts, OwnSnapshotParts {
  readonly log: Log;
  readonly implementations: ReadonlyMap<string, Implementation>;
  readonly tools: ServerTools;
}

/** Folds it from the log, whether or not subscribers are sent another. */
export async function readFolded(parts: FoldedStateParts, given: AnySubscription, input?: unknown) {
  const procedure = ownOf(parts.procedures, given, subject);
  stateOf(procedure);
  const topic = topicOf(procedure, await parseCallerInput(procedure, input));
  return decoded(procedure, await parts.states.of(topic, procedure).current());
}

/** Reads of states that are under way, of procedures with a `snapshot` of their own. */
const underWay = new WeakMap<Implementation, number>();
/** Most of one procedure. It takes a `snapshot` that asks for itself to come to so many. */
const most = 1_000;

/** See `ReadState`. */
export async function readState(
  parts: StateParts,
  given: AnySubscription,
  input?: unknown,
  options: ReadStateOptions = {},
) {
  checkNames("state", options, optionNames);
  const { context = {} } = options;
  const procedure = ownOf(parts.procedures, given, subject);
  const implementation = parts.implementations.get(procedure.path);
  const snapshot = implementation?.run.kind === "live" ? implementation.run.snapshot : undefined;
  if (!implementation || !snapshot) return readFolded(parts, procedure, input);
  const parsed = await parseCallerInput(procedure, input);
  const topic = unfollowed(parts.log, procedure, topicOf(procedure, parsed));
  const lifetime = new Lifetime();
  const reads = underWay.get(implementation) ?? 0;
  if (reads === most) throw new Error(asksItself(procedure));
  underWay.set(implementation, reads + 1);
  try {
    const first = argsFor(parts.tools, implementation, { context, input: parsed, lifetime });
    const taken = await runMiddlewares(implementation.middlewares, first, (args) =>
      takeOwn(parts, { procedure, topic, snapshot, context: args.context, lifetime, args: () => args }),
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
const decoded = (procedure: AnySubscription, { cursor, json }: FoldedState) => ({
  state: coderOf(stateOf(procedure).schema).decode(JSON.parse(json)) as never,
  cursor: formatCursor(cursor),
});
