import type { AnySubscription } from "@sluice/contract";
import { canonicalJson, coderOf } from "@sluice/contract/internal";
import type { Cursor, Opened } from "@sluice/log";
import type { Run } from "../procedure/implementation.js";
import type { AnyArgs } from "../procedure/middleware.js";
import { endingOf, fingerprintOf } from "../runs/record.js";
import type { Runs } from "../runs/runs.js";
import type { Lifetime } from "../time/lifetime.js";
import { isSameCursor } from "../topic/same-cursor.js";
import type { Snapshots, StateStart, TakenSnapshot } from "../topic/snapshots.js";
import type { Tail } from "../topic/tail.js";
import type { Look } from "../topic/trail.js";
import { beginningOf, pageLength } from "./page.js";
import { Subscriber } from "./subscriber.js";
import type { SubscriberParts } from "./subscriber-request.js";

/** What subscribers of runs use. */
export interface ResumableParts extends SubscriberParts {
  readonly runs: Runs;
  readonly snapshots: Snapshots;
}

export interface ResumableSubscriber {
  readonly procedure: AnySubscription;
  readonly topic: string;
  readonly run: Run & { readonly kind: "resumable" };
  readonly context: unknown;
  readonly input: unknown;
  readonly lifetime: Lifetime;
  /** Where the subscriber left off. */
  readonly cursor: Cursor | undefined;
  args(): AnyArgs;
}

/** Attaches a subscriber to a run, started now if there was none, and gets ready to serve its log. PROTOCOL §9.3. */
export async function prepareResumable(parts: ResumableParts, subscriber: ResumableSubscriber): Promise<Subscriber> {
  const { hub, runs, snapshots, states } = parts;
  const { procedure, topic, run, context, input, lifetime, cursor, args } = subscriber;
  const tail = hub.take(topic, procedure);
  const snapshot = procedure.state ? snapshotOf(snapshots, tail, procedure, lifetime) : undefined;
  const reader = new Subscriber({
    parts,
    procedure,
    topic,
    tail,
    context,
    stream: "resumable",
    attended: false,
    filter: undefined,
    snapshot,
    endingOf,
  });
  lifetime.watch(reader);
  await states.assertFolds(topic);
  const wire = procedure.input ? coderOf(procedure.input).encode(input) : null;
  const inputJson = canonicalJson(wire);
  const request = {
    procedure,
    topic,
    input: fingerprintOf(inputJson),
    inputJson,
    // Whoever wants to go on in a history that is lost is told so; nothing is started anew behind his back.
    mayStart: cursor === undefined,
    abandonAfter: run.abandonAfter,
    start: (signal: AbortSignal) => run.generator({ ...args(), signal, lastEventId: undefined } as never),
  };
  // The state is taken before the run starts, so that the subscriber that starts it gets every event.
  const { look, ...start } = await (cursor ? startAt(tail, cursor) : startOf(tail, await snapshot?.()));
  const { opened, step } = look;
  const page = await runs.attach(request, { lifetime, reader, tail }, (opened as Opened).page);
  reader.startAt({ ...start, look: page && { opened: { ...opened, page }, step }, resumes: cursor !== undefined });
  return reader;
}

/** A function of its own, because a stream keeps what its functions close over for as long as it is open. */
const snapshotOf =
  (snapshots: Snapshots, tail: Tail, procedure: AnySubscription, lifetime: Lifetime) => (look?: Look) =>
    snapshots.ofTopic(tail, procedure, lifetime, look);

/** Where a subscriber of a run starts, and what was read there. It is always read: the topic's record says how the run ended. */
interface RunStart {
  readonly from: Cursor;
  readonly look: Look;
  readonly state?: TakenSnapshot | undefined;
}

const startAt = async (tail: Tail, from: Cursor): Promise<RunStart> => ({
  from,
  look: await tail.look({ from, limit: pageLength }),
});

async function startOf(tail: Tail, taken: StateStart | undefined): Promise<RunStart> {
  if (!taken) return startOfAll(tail);
  const { cursor, state, look } = taken;
  return look?.opened ? { from: cursor, state, look } : { ...(await startAt(tail, cursor)), state };
}

/** The cursor before the first entry, even if that is trimmed: a subscriber gets all events of a run, or is told of the gap. */
async function startOfAll(tail: Tail): Promise<RunStart> {
  const { opened, step } = await tail.look({ from: "oldest", limit: pageLength });
  const { page } = opened as Opened;
  const from = { epoch: page.head.epoch, offset: 0, mark: "0" };
  const isThere = page.ok && isSameCursor(beginningOf(page), from);
  return isThere ? { from, look: { opened, step } } : startAt(tail, from);
}
