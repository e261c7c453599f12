import type { AnySubscription } from "@sluice/contract";
import type { Cursor, ReadFrom } from "@sluice/log";
import { described, dropped } from "../options/check.js";
import type { DecodedEvent } from "../topic/batch.js";
import type { Tail } from "../topic/tail.js";
import type { Look } from "../topic/trail.js";
import { pageLength } from "./page.js";
import { prepareSnapshot, type SnapshotParts, type SnapshotRequest } from "./snapshot.js";
import { Subscriber } from "./subscriber.js";
import type { SubscriberParts, SubscriberRequest, SubscriberStart } from "./subscriber-request.js";

export interface LiveSubscriber extends Omit<SnapshotRequest, "tail"> {
  readonly topic: string;
  readonly input: unknown;
  /** Where the subscriber left off. */
  readonly cursor: Cursor | undefined;
}

/** Finds out where a subscriber starts, while a failure can still be told by an HTTP status. */
export async function prepareLive(
  parts: SubscriberParts & SnapshotParts,
  subscriber: LiveSubscriber,
): Promise<Subscriber> {
  const { procedure, topic, run, context, lifetime, cursor } = subscriber;
  const tail = parts.hub.take(topic, procedure);
  const args = run.snapshot ? subscriber.args : () => ({});
  const snapshot = procedure.state ? snapshotOf(parts, { procedure, tail, run, context, lifetime, args }) : undefined;
  const live = new Subscriber({
    parts,
    procedure,
    topic: tail.topic, // the one text that all its subscribers share
    tail,
    context,
    stream: "live",
    attended: run.onSubscribe !== undefined || run.source !== undefined,
    filter: filterOf(subscriber),
    snapshot,
  });
  lifetime.watch(live); // before anything slow is asked: who leaves in the meantime leaves no tail behind
  await parts.states.assertFolds(topic);
  if (cursor) {
    // Of the subscribers that come at once, as after a restart, one is enough to bring the snapshot that all may need.
    const isCold = !run.snapshot && snapshot && tail.isUnread && parts.states.of(topic, procedure).isCold;
    const look = await tail.lookAfter(cursor, { limit: pageLength, snapshotOnGap: isCold === true });
    live.startAt({ from: cursor, look, resumes: true });
  } else if (snapshot) {
    const start = await snapshot();
    if (start) live.startAt({ ...start, from: start.cursor, resumes: false });
  } else {
    live.startAt(await startOf(tail, procedure));
  }
  return live;
}

/*
 * Functions of their own, because a stream keeps what its functions close over for as long as it is open: the input, which may
 * have 1 MB, only where the procedure's own code asks for it.
 */

const snapshotOf = (parts: SnapshotParts, request: SnapshotRequest) => (look?: Look) =>
  prepareSnapshot(parts, request, look);

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
  dropped(answer);
  throw new TypeError(`The filter of "${path}" gave ${described(answer)}; it has to give true or false, at once.`);
}

async function startOf(tail: Tail, { start }: AnySubscription): Promise<SubscriberStart> {
  if (start === "head") {
    const { cursor, ...look } = await tail.head();
    return { from: cursor, look, resumes: false };
  }
  const from = start as ReadFrom;
  return { from, look: await tail.look({ from, limit: pageLength }), resumes: false };
}
