import { type AnySubscription, isErrorNamed, stateVersionOf } from "@sluice/contract";
import { encodeFrame, reservedId } from "@sluice/contract/wire";
import type { Run, YieldedLike } from "../procedure/implementation.js";
import type { AnyArgs } from "../procedure/middleware.js";
import { encodeEvent } from "../publish/encode-event.js";
import type { Runtime } from "../runtime.js";
import type { EventStream, StreamSource } from "../stream/event-stream.js";
import { EventLoopTurns } from "../time/event-loop-turns.js";
import { failStream } from "./stream-error.js";

export interface GeneratorRequest {
  readonly runtime: Pick<Runtime, "report" | "limits">;
  readonly procedure: AnySubscription;
  /** Nothing is logged there: the name is what `disconnect` goes by. */
  readonly topic: string;
  readonly run: Run & { readonly kind: "stream" };
  /** What the generator function is called with. */
  readonly args: AnyArgs & { readonly lastEventId: string | undefined };
}

/** Writes a plain generator's stream. Nothing is asked of the generator while the socket is full. PROTOCOL §9. */
export function streamGenerator(request: GeneratorRequest): StreamSource {
  const { runtime, procedure, topic, run, args } = request;
  const resumable = run.onCut === "restart";
  return {
    topic,
    context: args.context,
    resumable,
    open: (heartbeat) => {
      const id = resumable ? {} : { id: reservedId.once };
      const version = stateVersionOf(procedure);
      return { kind: "open", stream: "stream", heartbeat, resumable, ...(version === 1 ? {} : { version }), ...id };
    },
    start(connection) {
      connection.send({ kind: "live" });
      // Called in there, because a function that returns a generator may throw before it does.
      const events = () => run.generator(args as never);
      pump(events, connection, (event) => encodeYielded(request, event)).catch((error) => {
        if (!connection.closed) {
          failStream(runtime, connection, procedure, error, { context: args.context, isFinal: true });
        } else if (!isErrorNamed(error, "AbortError")) {
          // There is nobody left to be told. (An AbortError says that work was given up because `signal` said so, as it should be.)
          runtime.report(error, procedure.path, args.context);
        }
      });
    },
  };
}

async function pump(
  events: () => AsyncIterable<YieldedLike>,
  connection: EventStream,
  encode: (event: YieldedLike) => string,
): Promise<void> {
  const iterator = events()[Symbol.asyncIterator]();
  let returned: Promise<unknown> | undefined;
  // A generator that waits where `signal` doesn't reach hears of the end at its next yield.
  const onEnd = () => {
    returned ??= (async () => iterator.return?.())();
    returned.catch(() => {}); // told below
  };
  connection.lifetime.watch({ onEnd });
  const turns = new EventLoopTurns();
  try {
    while (!connection.closed) {
      const next = await iterator.next();
      if (connection.closed) break;
      if (next.done) {
        returned = Promise.resolve();
        return connection.finish({ kind: "end" });
      }
      if (!connection.write(encode(next.value))) await connection.writable();
      const turn = turns.due();
      if (turn) await turn;
    }
  } finally {
    onEnd();
  }
  await returned;
}

function encodeYielded({ runtime, procedure, run }: GeneratorRequest, event: YieldedLike): string {
  // Where a cut ends the stream, an id would take the place of `$once` in a native EventSource, which then starts it anew.
  const id = (run.onCut === "restart" ? event.id : undefined) ?? undefined; // a database's id may be null
  if (id?.startsWith("$"))
    throw new RangeError(`The generator of "${procedure.path}" yielded the reserved id "${id}".`);
  const { logged } = encodeEvent(procedure, event, runtime.limits.eventLength);
  return encodeFrame({ kind: "event", ...logged, ...(id === undefined ? {} : { id }) });
}
