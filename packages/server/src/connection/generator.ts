import type { AnySubscription } from "@sluice/contract";
import { encodeFrame, reservedId } from "@sluice/contract/wire";
import type { Run, YieldedLike } from "../procedure/implementation.js";
import { encodeEvent } from "../publish/encode-event.js";
import type { Connection } from "./connection.js";

export interface GeneratorRequest {
  readonly procedure: AnySubscription;
  readonly run: Run & { readonly kind: "stream" };
  /** What the generator function is called with. */
  readonly args: object;
  readonly onError: (connection: Connection, error: unknown) => void;
}

/** Writes a plain generator's stream. Nothing is asked of the generator while the socket is full. PROTOCOL §9. */
export function streamGenerator({ procedure, run, args, onError }: GeneratorRequest): (connection: Connection) => void {
  return (connection) => {
    const resumable = run.onCut === "restart";
    const { heartbeat } = connection;
    connection.send({
      kind: "open",
      stream: "stream",
      heartbeat,
      resumable,
      ...(resumable ? {} : { id: reservedId.once }),
    });
    connection.send({ kind: "live" });
    // Called in there, because a function that returns a generator may throw before it does.
    const events = () => run.generator(args as never);
    pump(events, procedure, connection, resumable).catch((error) => onError(connection, error));
  };
}

async function pump(
  events: () => AsyncIterable<YieldedLike>,
  procedure: AnySubscription,
  connection: Connection,
  resumable: boolean,
): Promise<void> {
  const iterator = events()[Symbol.asyncIterator]();
  // A generator that waits where `signal` doesn't reach hears of the end at its next yield.
  const stop = () => void (async () => iterator.return?.())().catch(() => {});
  connection.signal.addEventListener("abort", stop, { once: true });
  try {
    while (!connection.closed) {
      const next = await iterator.next();
      if (connection.closed) return;
      if (next.done) return connection.finish({ kind: "end" });
      if (!connection.write(encodeYielded(procedure, next.value, resumable))) await connection.writable();
    }
  } catch (error) {
    if (!connection.closed) throw error;
  } finally {
    stop();
    connection.signal.removeEventListener("abort", stop);
  }
}

function encodeYielded(procedure: AnySubscription, event: YieldedLike, resumable: boolean): string {
  // Where a cut ends the stream, an id would take the place of `$once` in a native EventSource, which then starts it anew.
  const id = resumable ? event.id : undefined;
  if (id?.startsWith("$"))
    throw new RangeError(`The generator of "${procedure.path}" yielded the reserved id "${id}".`);
  return encodeFrame({ kind: "event", ...encodeEvent(procedure, event), ...(id === undefined ? {} : { id }) });
}
