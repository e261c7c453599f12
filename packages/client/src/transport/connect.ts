import { SluiceError } from "@sluice/contract";
import { type BodyReader, letGo, readerOf } from "../platform/fetch.js";
import { errorOfAnswer, isType } from "../wire/problem.js";
import { aborted, send } from "../wire/request.js";
import type { Target } from "../wire/target.js";
import type { TransportSettings } from "./settings.js";

/** What a stream's bytes are handed to. */
export interface ByteSink {
  /** May throw: the stream is let go of, and the promise rejects with what was thrown. */
  onBytes(chunk: Uint8Array): void;
  /** Holds the next read back until it resolves. */
  ready?(): Promise<void> | undefined;
}

/**
 * One attempt: opens a subscription's stream and reads it to its end. Resolves with `ended` if the server says that there is
 * nothing (204), and with `cut` if the body ends. Bytes are asked for one chunk at a time. While the sink isn't ready, Node and
 * Chromium stop reading the socket, which slows the server down; Firefox and WebKit read on into memory. Whoever aborts
 * `signal` closes the socket.
 *
 * @throws SluiceError for an answer that is no stream, a request that failed, or `aborted`.
 */
export async function readStream(
  settings: TransportSettings,
  target: Target,
  cursor: string | undefined,
  signal: AbortSignal,
  sink: ByteSink,
): Promise<"ended" | "cut"> {
  const response = await send(settings, target, { accept: "text/event-stream", cursor }, signal);
  try {
    if (signal.aborted) throw aborted();
    if (response.status === 204) return "ended";
    if (response.status !== 200 || !isType(response, "text/event-stream")) {
      throw await errorOfAnswer(response, target.procedure, settings.clock);
    }
  } finally {
    if (response.status !== 200 || signal.aborted) letGo(() => readerOf(response.body));
  }
  const reader = readerOf(response.body);
  if (!reader) {
    const message = "This fetch gives answers without a readable body; pass one that streams as the fetch option.";
    throw new SluiceError("protocol", { message });
  }
  return pump(reader, signal, sink);
}

async function pump(reader: BodyReader, signal: AbortSignal, sink: ByteSink): Promise<"cut"> {
  try {
    for (;;) {
      const { value } = await reader.read().catch(readFailed);
      if (value === undefined || signal.aborted) return "cut";
      sink.onBytes(value as Uint8Array);
      const held = sink.ready?.();
      if (held) await held;
      if (signal.aborted) return "cut";
    }
  } finally {
    letGo(() => reader);
  }
}

/** A body that breaks off is a cut, as one that just ends is. */
const readFailed = (): { value?: unknown } => ({});
