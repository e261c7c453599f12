import type { AnySubscription } from "@sluice/contract";
import type { Run } from "../procedure/implementation.js";
import type { Lifetime } from "../time/lifetime.js";
import type { Snapshots, StateStart } from "../topic/snapshots.js";
import type { Tail } from "../topic/tail.js";
import type { Look } from "../topic/trail.js";
import { type OwnSnapshotParts, takeOwn } from "./own-snapshot.js";

/** What states are taken from. */
export interface SnapshotParts extends OwnSnapshotParts {
  readonly snapshots: Snapshots;
}

export interface SnapshotRequest {
  readonly procedure: AnySubscription;
  readonly tail: Tail;
  readonly run: Run & { readonly kind: "live" };
  readonly context: unknown;
  readonly lifetime: Lifetime;
  /** What `snapshot()` is called with. */
  args(): object;
}

/**
 * The state that a subscriber starts with, folded from the log or the procedure's own, ready to be sent; `undefined` if the subscriber
 * has left by then.
 *
 * @param look what was read of the topic, if that was a gap
 */
export async function prepareSnapshot(
  parts: SnapshotParts,
  { procedure, tail, run, context, lifetime, args }: SnapshotRequest,
  look?: Look,
): Promise<StateStart | undefined> {
  const { snapshot } = run;
  if (!snapshot) return parts.snapshots.ofTopic(tail, procedure, lifetime, look);
  const own = await takeOwn(parts, { procedure, topic: tail, snapshot, context, lifetime, args });
  return own && { cursor: own.cursor, state: parts.snapshots.ofOne(own, lifetime), look: own.look };
}
