import type { AnySubscription } from "@sluice/contract";
import type { Log, Position, ReadFrom } from "@sluice/log";
import type { Runtime } from "../runtime.js";
import type { DecodedEvent } from "../topic/batch.js";
import { LiveReader } from "./live-reader.js";
import type { LiveRequest } from "./live-request.js";
import { prepareSnapshot, type SnapshotRequest } from "./snapshot.js";

export interface LiveSubscriber extends SnapshotRequest {
  readonly input: unknown;
  /** Where the subscriber left off. */
  readonly cursor: Position | undefined;
}

/** Finds out where a subscriber starts, while a failure can still be told by an HTTP status. */
export async function prepareLive(runtime: Runtime, subscriber: LiveSubscriber): Promise<LiveReader> {
  const { log, hub } = runtime;
  const { procedure, topic, run, context, lifetime, cursor } = subscriber;
  const tail = await hub.take(topic, procedure);
  const args = run.snapshot ? subscriber.args : () => ({});
  const snapshot = procedure.state
    ? snapshotOf(runtime, { procedure, topic, run, context, lifetime, args })
    : undefined;
  const reader = new LiveReader({
    runtime,
    procedure,
    topic,
    tail,
    context,
    stream: "live",
    filter: filterOf(subscriber),
    snapshot,
  });
  lifetime.watch(reader); // before anything slow is asked: who leaves in the meantime leaves no tail behind
  const state = cursor ? undefined : await snapshot?.();
  const position = cursor ?? state?.position ?? (await startOf(log, topic, procedure));
  reader.startAt({ position, state, resumes: cursor !== undefined });
  return reader;
}

/*
 * Functions of their own, because a stream keeps what its functions close over for as long as it is open: the input, which may
 * have 1 MB, only where the procedure's own code asks for it.
 */

const snapshotOf = (runtime: Runtime, request: SnapshotRequest) => () => prepareSnapshot(runtime, request);

const filterOf = ({ procedure: { path }, run: { filter }, context, input }: LiveSubscriber): LiveRequest["filter"] =>
  filter && ((event: DecodedEvent) => answerOf(filter(event as never, { context, input } as never), path));

/** An answer that is none withholds nothing: it ends the stream, and `onError` is told. */
function answerOf(answer: unknown, path: string): boolean {
  if (typeof answer === "boolean") return answer;
  if (answer instanceof Promise) answer.catch(() => {});
  const given = answer instanceof Promise ? "a Promise" : typeof answer;
  throw new TypeError(`The filter of "${path}" gave ${given}; it has to give true or false, at once.`);
}

async function startOf(log: Log, topic: string, { start }: AnySubscription): Promise<Position> {
  if (start === "head") return log.head(topic);
  const result = await log.read(topic, start as ReadFrom, 0);
  return result.ok ? result.end : result.oldest;
}
