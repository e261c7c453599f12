import { type AnySubscription, canonicalJson, coderOf } from "@sluice/contract";
import type { Position } from "@sluice/log";
import type { Run } from "../procedure/implementation.js";
import type { AnyArgs } from "../procedure/middleware.js";
import type { Runtime } from "../runtime.js";
import type { Lifetime } from "./lifetime.js";
import { LiveReader } from "./live-reader.js";

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
export async function prepareResumable(runtime: Runtime, subscriber: ResumableSubscriber): Promise<LiveReader> {
  const { log, hub, runs } = runtime;
  const { procedure, topic, run, context, input, lifetime, cursor, args } = subscriber;
  const tail = await hub.take(topic, procedure);
  const reader = new LiveReader({
    runtime,
    procedure,
    topic,
    tail,
    context,
    stream: "resumable",
    filter: undefined,
    snapshot: undefined,
  });
  lifetime.watch(reader);
  const wire = procedure.input ? coderOf(procedure.input).encode(input) : null;
  const request = {
    procedure,
    topic,
    input: canonicalJson(wire),
    abandonAfter: run.abandonAfter,
    start: (signal: AbortSignal) => run.generator({ ...args(), signal, lastEventId: undefined } as never),
  };
  // Whoever wants to go on in a history that is lost is told so; nothing is started anew behind his back.
  const rest = cursor && (await log.read(topic, cursor, 0));
  const isLost = rest && !rest.ok && rest.head.offset === 0;
  if (!isLost) await runs.attach(request, lifetime);
  const oldest = await log.read(topic, "oldest", 0);
  const position = cursor ?? (oldest.ok ? oldest.end : oldest.oldest);
  reader.startAt({ position, state: undefined, resumes: cursor !== undefined });
  return reader;
}
