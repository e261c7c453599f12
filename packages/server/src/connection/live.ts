import { type AnySubscription, coderOf } from "@sluice/contract";
import { parseCursor } from "@sluice/contract/wire";
import type { Log, Position, ReadFrom } from "@sluice/log";
import type { DecodedEvent } from "../fanout/batch.js";
import { type FoldedState, stateOf } from "../fanout/topic-state.js";
import type { Run } from "../procedure/implementation.js";
import type { Runtime } from "../runtime.js";
import type { Lifetime } from "./lifetime.js";
import { LiveReader } from "./live-reader.js";

export interface LiveSubscriber {
  readonly procedure: AnySubscription;
  readonly topic: string;
  readonly run: Run & { readonly kind: "live" };
  readonly context: unknown;
  readonly input: unknown;
  readonly lifetime: Lifetime;
  /** Where the subscriber left off. */
  readonly cursor: Position | undefined;
  /** What `snapshot()` is called with. */
  args(): object;
}

/** Finds out where a subscriber starts, while a failure can still be told by an HTTP status. */
export async function prepareLive(runtime: Runtime, subscriber: LiveSubscriber): Promise<LiveReader> {
  const { log, hub } = runtime;
  const { procedure, topic, run, context, input, lifetime, cursor } = subscriber;
  const tail = await hub.take(topic, procedure);
  try {
    const snapshot = procedure.state ? () => takeSnapshot(runtime, subscriber) : undefined;
    const state = cursor ? undefined : await snapshot?.();
    const position = cursor ?? state?.position ?? (await startOf(log, topic, procedure));
    const { filter } = run;
    const reader = new LiveReader(
      {
        runtime,
        procedure,
        topic,
        tail,
        context,
        stream: "live",
        filter: filter && ((event: DecodedEvent) => filter(event as never, { context, input } as never) === true),
        snapshot,
      },
      { position, state, resumes: cursor !== undefined },
    );
    lifetime.watch(reader);
    return reader;
  } catch (error) {
    hub.release(topic);
    throw error;
  }
}

async function startOf(log: Log, topic: string, { start }: AnySubscription): Promise<Position> {
  if (start === "head") return log.head(topic);
  const result = await log.read(topic, start as ReadFrom, 0);
  return result.ok ? result.end : result.oldest;
}

async function takeSnapshot({ log, states }: Runtime, subscriber: LiveSubscriber): Promise<FoldedState> {
  const { procedure, topic, run, args } = subscriber;
  const { schema } = stateOf(procedure);
  if (!run.snapshot) return states.of(topic, procedure).current();
  // Its cursor may be of history that was trimmed while it was computed: then it's asked again.
  for (let attempt = 0; attempt < 3; attempt++) {
    const head = await log.head(topic);
    const { state, cursor } = await run.snapshot(args() as never);
    const position = cursor === undefined ? head : parseCursor(cursor);
    if (!position || (cursor === undefined && !procedure.idempotent)) {
      throw new Error(`snapshot() of "${procedure.path}" gave ${JSON.stringify(cursor)} as cursor, which is none.`);
    }
    const followed = await log.read(topic, position, 0);
    if (followed.ok) return { position, json: JSON.stringify(coderOf(schema).encode(state)) };
  }
  throw new Error(`snapshot() of "${procedure.path}" gives a cursor that the log of its topic has no history after.`);
}
