import { type AnySubscription, coderOf, topicOf } from "@sluice/contract";
import { encodeFrame, formatCursor, parseCursor } from "@sluice/contract/wire";
import type { Log, Position, ReadFrom, ReadGap } from "@sluice/log";
import { Batch, type DecodedEvent } from "../fanout/batch.js";
import type { Hub } from "../fanout/hub.js";
import { type FoldedState, stateOf, type TopicStates } from "../fanout/topic-state.js";
import type { Run } from "../procedure/implementation.js";
import type { AnyArgs } from "../procedure/middleware.js";
import type { Connection } from "./connection.js";
import { gapError, LiveReader } from "./live-reader.js";

export interface LiveSources {
  readonly log: Log;
  readonly hub: Hub;
  readonly states: TopicStates;
}

export interface LiveRequest {
  readonly procedure: AnySubscription;
  readonly run: Run & { readonly kind: "live" };
  readonly args: AnyArgs;
  /** Where the subscriber left off. */
  readonly cursor: Position | undefined;
  readonly onError: (connection: Connection, error: unknown) => void;
}

/**
 * Finds out where a subscriber starts, while a failure can still be an HTTP status; the function that it resolves to then
 * writes the stream: `$open`, what was missed, `$live`, what comes. PROTOCOL §4.2.
 */
export async function prepareLive(
  sources: LiveSources,
  request: LiveRequest,
): Promise<(connection: Connection) => void> {
  const { log, hub } = sources;
  const { procedure, run, args, cursor, onError } = request;
  const topic = topicOf(procedure, args.input);
  const { tail, release } = await hub.lease(topic, procedure);
  if (args.signal.aborted) release();
  else args.signal.addEventListener("abort", release, { once: true });

  const snapshot = () => takeSnapshot(sources, topic, request);
  const first = cursor || !procedure.state ? undefined : await snapshot();
  const start = cursor ?? first?.position ?? (await startOf(log, topic, procedure));

  return (connection) => {
    const head = formatCursor(tail.position);
    const open = encodeFrame({ kind: "open", stream: "live", heartbeat: connection.heartbeat, resumable: true, head });
    connection.write(first ? open + snapshotFrame(first) : open);

    const onGap = async (gap: ReadGap, from: Position): Promise<Position | undefined> => {
      // Trimmed while it was being opened: who comes new has missed nothing.
      if (from === start && !cursor && !procedure.state) return gap.oldest;
      const { reason, oldest, head } = gap;
      connection.send({ kind: "reset", reason, oldest: formatCursor(oldest), head: formatCursor(head) });
      if (procedure.state) {
        const fresh = await snapshot();
        connection.write(snapshotFrame(fresh));
        return fresh.position;
      }
      if (procedure.onGap === "skip") {
        connection.send({ kind: "at", id: formatCursor(oldest) });
        return oldest;
      }
      const { code, message, data } = gapError(gap);
      connection.finish({ kind: "error", code, message, data, final: true });
      return undefined;
    };
    const reader = new LiveReader(start, {
      log,
      topic,
      tail,
      connection,
      filter: run.filter && ((event: DecodedEvent) => run.filter?.(event as never, args as never) === true),
      batch: (from, { entries, end }) => new Batch(procedure, from, entries, end),
      onGap,
      onError: (error) => onError(connection, error),
    });
    reader.catchUp().catch((error) => onError(connection, error));
  };
}

const snapshotFrame = ({ position, json }: FoldedState) =>
  encodeFrame({ kind: "snapshot", data: json, id: formatCursor(position) });

async function startOf(log: Log, topic: string, { start }: AnySubscription): Promise<Position> {
  if (start === "head") return log.head(topic);
  const result = await log.read(topic, start as ReadFrom, 0);
  return result.ok ? result.end : result.oldest;
}

async function takeSnapshot(sources: LiveSources, topic: string, request: LiveRequest): Promise<FoldedState> {
  const { procedure, run, args } = request;
  const { schema } = stateOf(procedure);
  if (!run.snapshot) return sources.states.of(topic, procedure).current();
  // Its cursor may be of history that was trimmed while it was computed: then it's asked again.
  for (let attempt = 0; attempt < 3; attempt++) {
    const head = await sources.log.head(topic);
    const { state, cursor } = await run.snapshot(args as never);
    const position = cursor === undefined ? head : parseCursor(cursor);
    if (!position || (cursor === undefined && !procedure.idempotent)) {
      throw new Error(`snapshot() of "${procedure.path}" gave ${JSON.stringify(cursor)} as cursor, which is none.`);
    }
    const followed = await sources.log.read(topic, position, 0);
    if (followed.ok) return { position, json: JSON.stringify(coderOf(schema).encode(state)) };
  }
  throw new Error(`snapshot() of "${procedure.path}" gives a cursor that the log of its topic has no history after.`);
}
