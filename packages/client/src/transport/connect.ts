import { textNumber } from "@sluice/contract/wire";
import { isDevelopment } from "#development";
import { type BodyReader, letGo, readerOf } from "../platform/fetch.js";
import { networkError, protocolError } from "../wire/failure.js";
import { checkAnswer } from "../wire/problem.js";
import { type Ask, send } from "../wire/request.js";
import type { RequestSettings } from "../wire/settings.js";
import type { Target } from "../wire/target.js";

export interface ByteSink {
  /** If it throws, the body is cancelled and `readStream` rejects with what was thrown. */
  onBytes(chunk: Uint8Array): void;
  /** Delays the next read until it resolves. */
  ready?(): Promise<void> | undefined;
}

/**
 * Opens a subscription's stream and reads it. Resolves for a 204: the subscription has ended. Reads one chunk at a
 * time. While the sink isn't ready, Node and Chromium stop reading the socket, which slows the server down; Firefox and
 * WebKit buffer in memory. Aborting `signal` closes the socket.
 *
 * @throws SluiceError `network` at the end of the body; the error of a failed request or of another response;
 * `aborted`.
 */
export async function readStream(
  settings: RequestSettings,
  target: Target,
  ask: Ask,
  signal: AbortSignal,
  sink: ByteSink,
): Promise<void> {
  const response = await send(settings, target, "text/event-stream", ask, signal);
  let reader: BodyReader | undefined;
  try {
    if (response.status === 204) return;
    await checkAnswer(response, "text/event-stream", target.procedure, settings.clock);
    reader = readerOf(response.body);
    if (!reader) {
      throw protocolError(
        isDevelopment
          ? "This fetch gives answers without a readable body. Pass one that streams as the fetch option."
          : textNumber(14),
      );
    }
    while (!signal.aborted) {
      const { value } = await reader.read().catch(readFailed);
      if (value === undefined || signal.aborted) break;
      sink.onBytes(value as Uint8Array);
      const held = sink.ready?.();
      if (held) await held;
    }
    throw networkError(isDevelopment ? "The stream was cut." : undefined);
  } finally {
    letGo(() => reader ?? readerOf(response.body));
  }
}

/** An error while reading is a cut, like an end. */
const readFailed = (): { value?: unknown } => ({});
