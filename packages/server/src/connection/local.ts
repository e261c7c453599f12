import { type AnySubscription, coderOf, type ErrorDefinitions, SluiceError } from "@sluice/contract";
import { createFrameDecoder, type ErrorFrame, type Frame, reservedId } from "@sluice/contract/wire";
import { decodeEvent } from "../fanout/batch.js";
import { reservedFrom } from "../http/reserved.js";
import type { Implementation } from "../procedure/implementation.js";
import { parseCallerInput } from "../procedure/input.js";
import type { Runtime } from "../runtime.js";
import { Connection } from "./connection.js";
import { Lifetime, type Mortal } from "./lifetime.js";
import { openSubscription } from "./open.js";
import type { SharedBytes } from "./shared-bytes.js";
import type { Sink } from "./sink.js";

export interface SubscribeOptions<Context, State> {
  /** What the adapter's `context` function would give. */
  readonly context?: Context;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Where to start: the `id` of the last event that was applied. Default: where the contract says. */
  readonly cursor?: string;
  /** Told the state that the stream starts with, and starts with again after a gap. */
  readonly onSnapshot?: (state: State) => void;
}

/** How many frames may wait for a slow reader before the source stands still. */
const queueLimit = 64;

/** A subscription read in this process, by the same path that a connection takes. */
export async function* subscribeLocally(
  runtime: Runtime,
  implementation: Implementation,
  input: unknown,
  options: SubscribeOptions<unknown, never>,
): AsyncGenerator<unknown, void> {
  const procedure = implementation.procedure as AnySubscription;
  const lifetime = new Lifetime();
  const forward = () => lifetime.end();
  if (options.signal?.aborted) return;
  options.signal?.addEventListener("abort", forward, { once: true });
  try {
    const reserved = reservedFrom(options.cursor);
    if (reserved === reservedId.end) return;
    if (reserved) throw new SluiceError("interrupted");
    const source = await openSubscription(runtime, implementation, {
      context: (options.context ?? {}) as object,
      input: await parseCallerInput(procedure, input),
      lifetime,
      lastEventId: options.cursor,
    });
    if (lifetime.over) return;
    const queue = new FrameQueue();
    lifetime.watch(queue);
    // Whoever reads in this process may take all the time in the world, and is not a client to be drained.
    const settings = { ...runtime, stallTimeout: Number.MAX_SAFE_INTEGER, connections: new Set<Connection>() };
    new Connection(queue, source, lifetime, settings).start();
    for (let frame = await queue.next(); frame && !options.signal?.aborted; frame = await queue.next()) {
      if (frame.kind === "event") {
        const { type, data, id = "" } = frame;
        const decoded = decodeEvent(procedure, type, data);
        if (decoded) yield { type, ...decoded, id };
        else if (procedure.state) throw new SluiceError("contractMismatch");
      } else if (frame.kind === "snapshot") {
        const state = procedure.state && coderOf(procedure.state.schema as never).decode(JSON.parse(frame.data));
        options.onSnapshot?.(state as never);
      } else if (frame.kind === "error") {
        throw decodeError(frame, procedure.errors);
      }
    }
  } finally {
    options.signal?.removeEventListener("abort", forward);
    lifetime.end();
  }
}

/** The error as code sees it: with a declared one's data and status. */
function decodeError({ code, message, data }: ErrorFrame, definitions: ErrorDefinitions): SluiceError {
  const definition = Object.hasOwn(definitions, code) ? definitions[code] : undefined;
  const decoded = definition?.data ? coderOf(definition.data).decode(data) : data;
  return new SluiceError(code, { message, data: decoded, status: definition?.status });
}

/** A sink that is read in this process. */
class FrameQueue implements Sink, Mortal {
  #frames: Frame[] = [];
  #wake: () => void = () => {};
  #drained: () => void = () => {};
  #ended = false;
  readonly #decoder = createFrameDecoder((frame) => this.#frames.push(frame));

  write(text: string): boolean {
    return this.#push(Buffer.from(text));
  }

  writeShared({ plain }: SharedBytes): boolean {
    return this.#push(plain);
  }

  onEnd(): void {
    this.end();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  destroy(): void {
    this.end();
  }

  onDrain(listener: () => void): void {
    this.#drained = listener;
  }

  #push(bytes: Uint8Array): boolean {
    this.#decoder.push(bytes);
    this.#wake();
    return this.#frames.length < queueLimit;
  }

  async next(): Promise<Frame | undefined> {
    while (this.#frames.length === 0 && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    const frame = this.#frames.shift();
    if (this.#frames.length === 0) this.#drained();
    return frame;
  }
}
