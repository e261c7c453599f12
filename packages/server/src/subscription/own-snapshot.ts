import { type AnySubscription, SluiceError } from "@sluice/contract";
import { encodeJson, shown } from "@sluice/contract/internal";
import { parseCursor } from "@sluice/contract/wire";
import type { Log, OpenOptions } from "@sluice/log";
import type { Report } from "../options/on-error.js";
import type { SnapshotLike } from "../procedure/implementation.js";
import type { Lifetime } from "../time/lifetime.js";
import type { TimerWheel } from "../time/timer-wheel.js";
import { within } from "../time/within.js";
import { assertVersion } from "../topic/contract-skew.js";
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
  readonly topic: TopicReader;
  readonly snapshot: (args: never) => Promise<SnapshotLike> | SnapshotLike;
  readonly context: unknown;
  readonly lifetime: Lifetime;
  /** What `snapshot()` is called with. */
  args(): object;
}

/** Reads a topic: through its tail, or directly from the log. */
export type TopicReader = Pick<Tail, "head" | "lookAfter">;

/** Reads a topic without following it. */
export function unfollowed(log: Log, procedure: AnySubscription, topic: string): TopicReader {
  const open = async (options: OpenOptions) => {
    const opened = await log.open(topic, options);
    assertVersion(procedure, opened.page);
    return opened;
  };
  return {
    async head() {
      const opened = await open({ from: { last: 0 }, limit: 0 });
      const { head: cursor } = opened.page;
      return { cursor, opened, step: new Step(cursor) };
    },
    lookAfter: async (from) => ({ opened: await open({ from, limit: 0 }), step: new Step(from) }),
  };
}

/** The procedure's own state, and what was read of the topic after it. */
export interface OwnState extends FoldedState {
  readonly look: Look;
}

/** Calls the procedure's own `snapshot()`; returns `undefined` if the subscriber has left by then. */
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

/** The entries after its cursor may be trimmed while it runs: then it is called again. */
async function ask({ procedure, topic, snapshot, args }: OwnSnapshotRequest): Promise<OwnState> {
  for (let attempt = 0; attempt < 3; attempt++) {
    // The head is used only where `snapshot()` may leave the cursor out.
    const head = procedure.idempotent ? (await topic.head()).cursor : undefined;
    const given: Partial<SnapshotLike> | null | undefined = await snapshot(args() as never);
    if (typeof given !== "object" || given === null) {
      throw new TypeError(`snapshot() of "${procedure.path}" gave ${shown(given)}; allowed is { state, cursor }.`);
    }
    const { state, cursor: text } = given;
    const cursor = text === undefined ? head : parseCursor(text);
    if (!cursor) {
      throw new Error(`snapshot() of "${procedure.path}" gave ${shown(text)} as cursor, which is not valid.`);
    }
    const look = await topic.lookAfter(cursor, { limit: pageLength });
    if (look.opened?.page.ok !== false) return { cursor, json: encodeState(procedure, state), look };
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
