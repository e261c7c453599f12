import type { AnySubscription } from "@sluice/contract";
import type { Log, Position, ReadFrom } from "@sluice/log";
import type { DecodedEvent } from "../topic/batch.js";
import { prepareSnapshot, type SnapshotParts, type SnapshotRequest } from "./snapshot.js";
import { Subscriber } from "./subscriber.js";
import type { SubscriberParts, SubscriberRequest } from "./subscriber-request.js";

export interface LiveSubscriber extends SnapshotRequest {
  readonly input: unknown;
  /** Where the subscriber left off. */
  readonly cursor: Position | undefined;
}

/** Finds out where a subscriber starts, while a failure can still be told by an HTTP status. */
export async function prepareLive(
  parts: SubscriberParts & SnapshotParts,
  subscriber: LiveSubscriber,
): Promise<Subscriber> {
  const { log, hub } = parts;
  const { procedure, topic, run, context, lifetime, cursor } = subscriber;
  const tail = await hub.take(topic, procedure);
  const args = run.snapshot ? subscriber.args : () => ({});
  const snapshot = procedure.state ? snapshotOf(parts, { procedure, topic, run, context, lifetime, args }) : undefined;
  const live = new Subscriber({
    parts,
    procedure,
    topic,
    tail,
    context,
    stream: "live",
    filter: filterOf(subscriber),
    snapshot,
  });
  lifetime.watch(live); // before anything slow is asked: who leaves in the meantime leaves no tail behind
  const state = cursor ? undefined : await snapshot?.();
  const position = cursor ?? state?.position ?? (await startOf(log, topic, procedure));
  live.startAt({ position, state, resumes: cursor !== undefined });
  return live;
}

/*
 * Functions of their own, because a stream keeps what its functions close over for as long as it is open: the input, which may
 * have 1 MB, only where the procedure's own code asks for it.
 */

const snapshotOf = (parts: SnapshotParts, request: SnapshotRequest) => () => prepareSnapshot(parts, request);

const filterOf = ({
  procedure: { path },
  run: { filter },
  context,
  input,
}: LiveSubscriber): SubscriberRequest["filter"] =>
  filter && ((event: DecodedEvent) => answerOf(filter(event as never, { context, input } as never), path));

/** An answer that is none withholds nothing: it ends the stream, and `onError` is told. */
function answerOf(answer: unknown, path: string): boolean {
  if (typeof answer === "boolean") return answer;
  if (answer instanceof Promise) answer.catch(() => {});
  const given = answer instanceof Promise ? "a Promise" : typeof answer;
  throw new TypeError(`The filter of "${path}" gave ${given}; it has to give true or false, at once.`);
}

async function startOf(log: Log, topic: string, { start }: AnySubscription): Promise<Position> {
  const from = start === "head" ? { last: 0 } : (start as ReadFrom);
  const { page: result } = await log.open(topic, { from, limit: 0 });
  return result.ok ? result.end : result.oldest;
}
