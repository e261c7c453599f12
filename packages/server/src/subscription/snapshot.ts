import { type AnySubscription, encodeJson, SluiceError } from "@sluice/contract";
import { parseCursor } from "@sluice/contract/wire";
import type { Log } from "@sluice/log";
import type { Report } from "../options/on-error.js";
import type { Run, SnapshotLike } from "../procedure/implementation.js";
import type { Lifetime } from "../time/lifetime.js";
import type { TimerWheel } from "../time/timer-wheel.js";
import { within } from "../time/within.js";
import type { Snapshots, TakenSnapshot } from "../topic/snapshots.js";
import { stateOf } from "../topic/state-fold.js";
import type { FoldedState } from "../topic/topic-state.js";
import type { TopicStates } from "../topic/topic-states.js";

/** What states are taken from. */
export interface SnapshotParts {
  readonly log: Log;
  readonly states: TopicStates;
  readonly snapshots: Snapshots;
  readonly wheel: TimerWheel;
  /** Milliseconds that a procedure's own `snapshot()` may take. */
  readonly snapshotTimeout: number;
  readonly report: Report;
}

export interface SnapshotRequest {
  readonly procedure: AnySubscription;
  readonly topic: string;
  readonly run: Run & { readonly kind: "live" };
  readonly context: unknown;
  readonly lifetime: Lifetime;
  /** What `snapshot()` is called with. */
  args(): object;
}

/** The state that a subscriber starts with, ready to be sent; `undefined` if the subscriber has left by then. */
export async function prepareSnapshot(
  parts: SnapshotParts,
  request: SnapshotRequest,
): Promise<TakenSnapshot | undefined> {
  const { procedure, topic, run, lifetime } = request;
  if (!run.snapshot) return parts.snapshots.ofTopic(topic, procedure, lifetime);
  const own = await takeSnapshot(parts, request);
  return own && parts.snapshots.ofOne(own, lifetime);
}

/**
 * The state that a subscriber starts with: folded from the log, or what the procedure's own `snapshot()` gives, if it does in
 * time; `undefined` if the subscriber has left by then.
 */
export async function takeSnapshot(
  parts: Omit<SnapshotParts, "snapshots">,
  request: SnapshotRequest,
): Promise<FoldedState | undefined> {
  const { wheel, snapshotTimeout: timeout } = parts;
  const { procedure, topic, run, context, lifetime } = request;
  if (!run.snapshot) return parts.states.of(topic, procedure).current();
  const late = () => {
    const message = `snapshot() of "${procedure.path}" has not answered for ${timeout} ms (snapshotTimeout).`;
    parts.report(new Error(message), procedure.path, context);
    return new SluiceError("unavailable", { message: "The state takes too long to compute", retryAfter: 5_000 });
  };
  return within(askSnapshot(parts.log, request, run.snapshot), { wheel, timeout, lifetime, late });
}

/** Its cursor may be of history that was trimmed while it was computed: then it's asked again. */
async function askSnapshot(
  log: Log,
  { procedure, topic, args }: SnapshotRequest,
  snapshot: (args: never) => Promise<SnapshotLike> | SnapshotLike,
): Promise<FoldedState> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const { head } = (await log.open(topic, { from: { last: 0 }, limit: 0 })).page;
    const { state, cursor } = await snapshot(args() as never);
    const position = cursor === undefined ? head : parseCursor(cursor);
    if (!position || (cursor === undefined && !procedure.idempotent)) {
      throw new Error(`snapshot() of "${procedure.path}" gave ${JSON.stringify(cursor)} as cursor, which is none.`);
    }
    const { page: followed } = await log.open(topic, { from: position, limit: 0 });
    if (followed.ok) return { position, json: encodeState(procedure, state) };
  }
  throw new Error(`snapshot() of "${procedure.path}" gives a cursor that the log of its topic has no history after.`);
}

function encodeState(procedure: AnySubscription, state: unknown): string {
  let cause: unknown = "it is undefined";
  try {
    const encoded = encodeJson(stateOf(procedure).schema, state);
    if (encoded) return encoded.json;
  } catch (error) {
    cause = error;
  }
  throw new Error(`snapshot() of "${procedure.path}" gave a state that does not fit its schema.`, { cause });
}
