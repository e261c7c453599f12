import type { AnySubscription } from "@sluice/contract";
import { topicOf } from "@sluice/contract/internal";
import type { Log } from "@sluice/log";
import { argsFor, type ServerTools } from "../procedure/args.js";
import { contextOf } from "../procedure/context-of.js";
import type { Implementation } from "../procedure/implementation.js";
import { runMiddlewares } from "../procedure/middleware.js";
import type { ReadStateOptions, StateAt } from "../publish/topic-handle.js";
import { Lifetime } from "../time/lifetime.js";
import type { FoldedState } from "../topic/topic-state.js";
import type { TopicStates } from "../topic/topic-states.js";
import { decodeState, readFolded } from "../topic-handle/read-folded.js";
import type { TopicName } from "../topic-handle/topic-name.js";
import { type OwnSnapshotParts, takeOwn, unfollowed } from "./own-snapshot.js";

interface StateParts extends OwnSnapshotParts {
  readonly log: Log;
  readonly states: TopicStates;
  readonly implementations: ReadonlyMap<string, Implementation>;
  readonly tools: ServerTools;
}

/** Reads of states that are under way, of procedures with a `snapshot` of their own. */
const underWay = new WeakMap<Implementation, number>();
/** Most of one procedure. It takes a `snapshot` that asks for itself to come to so many. */
const most = 1_000;

/** Reads the state that subscribers get; see `StatefulTopic.state`. */
export async function readState(
  parts: StateParts,
  of: TopicName,
  options: ReadStateOptions,
): Promise<StateAt<AnySubscription>> {
  const { procedure } = of;
  const context = contextOf(options.context, "state: context");
  const implementation = parts.implementations.get(procedure.path);
  const snapshot = implementation?.run.kind === "live" ? implementation.run.snapshot : undefined;
  if (!implementation || !snapshot) return readFolded(parts.states, of);
  const parsed = await of.parse(); // in a later step: a `snapshot` that asks for itself must not fill the stack
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
    return decodeState(procedure, taken as FoldedState);
  } finally {
    lifetime.end();
    underWay.set(implementation, (underWay.get(implementation) as number) - 1);
  }
}

const asksItself = ({ path }: AnySubscription) =>
  `state() of "${path}" is asked ${most} times at once. If its own snapshot() or middleware asks, it has to use the ` +
  "`topic` that it is called with, which gives the folded state.";
