import type { AnySubscription } from "@sluice/contract";
import type { Log, Position, ReadFrom } from "@sluice/log";
import type { DecodedEvent } from "../fanout/batch.js";
import type { Runtime } from "../runtime.js";
import { LiveReader } from "./live-reader.js";
import { type SnapshotRequest, takeSnapshot } from "./snapshot.js";

export interface LiveSubscriber extends SnapshotRequest {
  readonly input: unknown;
  /** Where the subscriber left off. */
  readonly cursor: Position | undefined;
}

/** Finds out where a subscriber starts, while a failure can still be told by an HTTP status. */
export async function prepareLive(runtime: Runtime, subscriber: LiveSubscriber): Promise<LiveReader> {
  const { log, hub } = runtime;
  const { procedure, topic, run, context, input, lifetime, cursor } = subscriber;
  const tail = await hub.take(topic, procedure);
  const { filter } = run;
  const snapshot = procedure.state ? () => takeSnapshot(runtime, subscriber) : undefined;
  const reader = new LiveReader({
    runtime,
    procedure,
    topic,
    tail,
    context,
    stream: "live",
    filter: filter && ((event: DecodedEvent) => filter(event as never, { context, input } as never) === true),
    snapshot,
  });
  lifetime.watch(reader); // before anything slow is asked: who leaves in the meantime leaves no tail behind
  const state = cursor ? undefined : await snapshot?.();
  const position = cursor ?? state?.position ?? (await startOf(log, topic, procedure));
  reader.startAt({ position, state, resumes: cursor !== undefined });
  return reader;
}

async function startOf(log: Log, topic: string, { start }: AnySubscription): Promise<Position> {
  if (start === "head") return log.head(topic);
  const result = await log.read(topic, start as ReadFrom, 0);
  return result.ok ? result.end : result.oldest;
}
