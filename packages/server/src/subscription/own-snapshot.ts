import { type AnySubscription, encodeJson, SluiceError } from "@sluice/contract";
import { parseCursor } from "@sluice/contract/wire";
import type { Log } from "@sluice/log";
import type { Report } from "../options/on-error.js";
import type { SnapshotLike } from "../procedure/implementation.js";
import type { Lifetime } from "../time/lifetime.js";
import type { TimerWheel } from "../time/timer-wheel.js";
import { within } from "../time/within.js";
import { stateOf } from "../topic/state-fold.js";
import type { Tail } from "../topic/tail.js";
import type { FoldedState } from "../topic/topic-state.js";
import { type Look, Step } from "../topic/trail.js";
import { pageLength } from "./page.js";

export interface OwnSnapshotParts {
  readonly wheel: TimerWheel;
  /** Milliseconds that a procedure's own `snapshot()` may take. */
  readonly snapshotTimeout: number;
  readonly report: Report;
}

export interface OwnSnapshotRequest {
  readonly procedure: AnySubscription;
  readonly topic: SeenTopic;
  readonly snapshot: (args: never) => Promise<SnapshotLike> | SnapshotLike;
  readonly context: unknown;
  readonly lifetime: Lifetime;
  /** What `snapshot()` is called with. */
  args(): object;
}

/** What is to be seen of a topic: through its tail, or straight from the log. */
export type SeenTopic = Pick<Tail, "head" | "lookAfter">;

/** A topic that nobody follows, or that isn't going to be. */
export function unfollowed(log: Log, topic: string): SeenTopic {
  return {
    async head() {
      const opened = await log.open(topic, { from: { last: 0 }, limit: 0 });
      const { head: position } = opened.page;
      return { position, opened, step: new Step(position) };
    },
    lookAfter: async (from) => ({ opened: await log.open(topic, { from, limit: 0 }), step: new Step(from) }),
  };
}

/** A state of the procedure's own, and what was seen of the topic after it. */
export interface OwnState extends FoldedState {
  readonly look: Look;
}

/** What the procedure's own `snapshot()` gives, if it does in time; `undefined` if the subscriber has left by then. */
export async function takeOwn(parts: OwnSnapshotParts, request: OwnSnapshotRequest): Promise<OwnState | undefined> {
  const { wheel, snapshotTimeout: timeout } = parts;
  const { procedure, context, lifetime } = request;
  const late = () => {
    const message = `snapshot() of "${procedure.path}" has not answered for ${timeout} ms (snapshotTimeout).`;
    parts.report(new Error(message), procedure.path, context);
    return new SluiceError("unavailable", { message: "The state takes too long to compute", retryAfter: 5_000 });
  };
  return within(ask(request), { wheel, timeout, lifetime, late });
}

/** Its cursor may be of history that was trimmed while it was computed: then it's asked again. */
async function ask({ procedure, topic, snapshot, args }: OwnSnapshotRequest): Promise<OwnState> {
  for (let attempt = 0; attempt < 3; attempt++) {
    // Only one that may be a little behind its state may come without a cursor of its own.
    const head = procedure.idempotent ? (await topic.head()).position : undefined;
    const { state, cursor } = await snapshot(args() as never);
    const position = cursor === undefined ? head : parseCursor(cursor);
    if (!position) {
      throw new Error(`snapshot() of "${procedure.path}" gave ${JSON.stringify(cursor)} as cursor, which is none.`);
    }
    const look = await topic.lookAfter(position, { limit: pageLength });
    if (look.opened?.page.ok !== false) return { position, json: encodeState(procedure, state), look };
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
