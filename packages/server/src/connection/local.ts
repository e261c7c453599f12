import { type AnySubscription, coderOf, type ErrorDefinitions, SluiceError } from "@sluice/contract";
import { createFrameDecoder, type ErrorFrame, type Frame, reservedId } from "@sluice/contract/wire";
import { decodeEvent } from "../fanout/batch.js";
import { reservedFrom } from "../http/reserved.js";
import type { Implementation } from "../procedure/implementation.js";
import { parseCallerInput } from "../procedure/input.js";
import type { Runtime } from "../runtime.js";
import { Connection } from "./connection.js";
import { openSubscription } from "./open.js";

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
  const abort = new AbortController();
  const forward = () => abort.abort();
  if (options.signal?.aborted) return;
  options.signal?.addEventListener("abort", forward, { once: true });
  try {
    const reserved = reservedFrom(options.cursor);
    if (reserved === reservedId.end) return;
    if (reserved) throw new SluiceError("interrupted");
    const write = await openSubscription(runtime, implementation, {
      context: (options.context ?? {}) as object,
      input: await parseCallerInput(procedure, input),
      signal: abort.signal,
      lastEventId: options.cursor,
    });
    if (abort.signal.aborted) return;
    const queue = new FrameQueue(abort.signal);
    write(new Connection(queue, { ...runtime, abort }));
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
    abort.abort();
  }
}

/** The error as code sees it: with a declared one's data and status. */
function decodeError({ code, message, data }: ErrorFrame, definitions: ErrorDefinitions): SluiceError {
  const definition = Object.hasOwn(definitions, code) ? definitions[code] : undefined;
  const decoded = definition?.data ? coderOf(definition.data).decode(data) : data;
  return new SluiceError(code, { message, data: decoded, status: definition?.status });
}

/** A sink that is read in this process. */
class FrameQueue {
  #frames: Frame[] = [];
  #wake: () => void = () => {};
  #drained: () => void = () => {};
  #ended = false;
  readonly #decoder = createFrameDecoder((frame) => this.#frames.push(frame));

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.end(), { once: true });
  }

  write(chunk: Buffer | string): boolean {
    this.#decoder.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    this.#wake();
    return this.#frames.length < queueLimit;
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

  async next(): Promise<Frame | undefined> {
    while (this.#frames.length === 0 && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    const frame = this.#frames.shift();
    if (this.#frames.length === 0) this.#drained();
    return frame;
  }
}
