import { type AnySubscription, canonicalJson, coderOf } from "@sluice/contract";
import type { Position } from "@sluice/log";
import type { Run } from "../procedure/implementation.js";
import type { AnyArgs } from "../procedure/middleware.js";
import { endingOf, fingerprintOf } from "../runs/record.js";
import type { Runs } from "../runs/runs.js";
import type { Lifetime } from "../time/lifetime.js";
import type { Snapshots } from "../topic/snapshots.js";
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
  readonly cursor: Position | undefined;
  args(): AnyArgs;
}

/** Attaches a subscriber to a run, started now if there was none, and gets ready to serve its log. PROTOCOL §9.3. */
export async function prepareResumable(parts: ResumableParts, subscriber: ResumableSubscriber): Promise<Subscriber> {
  const { log, hub, runs, snapshots } = parts;
  const { procedure, topic, run, context, input, lifetime, cursor, args } = subscriber;
  const tail = await hub.take(topic, procedure);
  const snapshot = procedure.state ? snapshotOf(snapshots, topic, procedure, lifetime) : undefined;
  const reader = new Subscriber({
    parts,
    procedure,
    topic,
    tail,
    context,
    stream: "resumable",
    filter: undefined,
    snapshot,
    endingOf,
  });
  lifetime.watch(reader);
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
  const state = cursor ? undefined : await snapshot?.();
  const { page } = await log.open(topic, { from: { last: 0 }, limit: 0 });
  await runs.attach(request, { lifetime, reader, tail }, page);
  const position = cursor ?? state?.position ?? beginningOf(page.head);
  reader.startAt({ position, state, resumes: cursor !== undefined });
  return reader;
}

/** A function of its own, because a stream keeps what its functions close over for as long as it is open. */
const snapshotOf = (snapshots: Snapshots, topic: string, procedure: AnySubscription, lifetime: Lifetime) => () =>
  snapshots.ofTopic(topic, procedure, lifetime);

/** The place before the first entry, be that still there or not: who comes to a run is to get all of it, or to be told. */
const beginningOf = ({ epoch }: Position): Position => ({ epoch, offset: 0, mark: "0" });
