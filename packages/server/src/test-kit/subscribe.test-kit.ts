import { type AnySubscription, type EventOf, type InputOf, SluiceError } from "@sluice/contract";
import { createFrameDecoder, type Frame, type ResetFrame } from "@sluice/contract/wire";
import { sluiceFetch } from "../adapters/fetch.js";
import type { Sluice } from "../sluice.js";

interface SubscribeOptions {
  readonly context?: object;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  readonly cursor?: string | undefined;
  readonly onReset?: (reset: ResetFrame) => void;
}

/** Subscribes over `sluiceFetch`, and decodes nothing but JSON. Ends when the server drains. */
export async function* subscribe<P extends AnySubscription>(
  sluice: Sluice<never>,
  { path }: P,
  input?: InputOf<P>,
  { context = {}, signal, cursor, onReset }: SubscribeOptions = {},
): AsyncGenerator<EventOf<P>, void> {
  const handler = sluiceFetch(sluice as Sluice<object>, { context: () => context, identify: () => undefined });
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ input, cursor });
  try {
    const answer = await handler(`http://host/${path}`, { method: "POST", headers, body, signal: signal ?? null });
    if (answer.status !== 200) throw problemOf((await answer.json()) as Problem);
    const frames: Frame[] = [];
    const decoder = createFrameDecoder((frame) => frames.push(frame));
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
      decoder.push(chunk);
      for (const frame of frames.splice(0)) {
        if (frame.kind === "event") yield { ...frame, data: JSON.parse(frame.data) } as never;
        if (frame.kind === "drain") return;
        if (frame.kind === "reset") onReset?.(frame);
        if (frame.kind === "error") throw new SluiceError(frame.code, { message: frame.message, data: frame.data });
      }
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

interface Problem {
  readonly code: string;
  readonly detail?: string;
  readonly status: number;
  readonly data?: unknown;
}

const problemOf = ({ code, detail, status, data }: Problem) =>
  new SluiceError(code, { message: detail ?? "", status, data });
