import { parseCursor } from "./cursor.js";
import type { Frame, ResetReason, StreamKind } from "./frame.js";
import { createSseReader, type SseMessage } from "./sse-reader.js";

/** The bytes are no Sluice stream. The message says what was wrong and what is allowed. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** Longest data of a frame that a decoder takes by default, in characters: 16 Mi. */
export const defaultMaxFrame = 16 * 1024 * 1024;

export interface FrameDecoder {
  /**
   * Takes the next bytes and hands over, in order and at once, every frame that they complete.
   *
   * @throws WireError if a control frame is malformed or its data longer than the limit, and from then on at every call: what
   * follows the broken place can't be trusted.
   */
  push(chunk: Uint8Array): void;
}

export interface FrameDecoderOptions {
  /** Longest data of a frame, in characters. Default: 16 Mi. */
  readonly maxFrame?: number;
}

/** Decodes a stream of bytes, cut into chunks anywhere, to frames. A half block at the end of the bytes is no frame. */
export function createFrameDecoder(
  onFrame: (frame: Frame) => void,
  { maxFrame = defaultMaxFrame }: FrameDecoderOptions = {},
): FrameDecoder {
  const text = new TextDecoder();
  const read = createSseReader(
    {
      message: (message) => onFrame(decodeMessage(message)),
      comment: (comment) => onFrame({ kind: "comment", text: comment }),
      retry: (ms) => onFrame({ kind: "retry", ms }),
      tooLong() {
        throw new WireError(`A frame is longer than ${maxFrame} characters, the longest that is taken.`);
      },
    },
    maxFrame,
  );
  let failure: unknown;
  return {
    push(chunk) {
      if (failure) throw failure;
      try {
        read(text.decode(chunk, { stream: true }));
      } catch (error) {
        failure = error;
        throw error;
      }
    },
  };
}

/**
 * The frame that an SSE message is.
 *
 * @throws WireError if it is a control frame with data that isn't this frame's.
 */
export function decodeMessage({ event = "message", data, id }: SseMessage): Frame {
  const [laned, type] = splitLane(event);
  const identified = id ? { ...laned, id } : laned;
  if (type.charCodeAt(0) !== 36 /* $ */) return { kind: "event", type, data, ...identified };

  switch (type) {
    case "$open": {
      const open = controlData(type, data);
      const { kind, heartbeat, resumable, head, version, subscriptions } = open;
      return {
        kind: "open",
        stream: oneOf<StreamKind>(type, "kind", kind, ["live", "stream", "resumable"]),
        heartbeat: number(type, "heartbeat", heartbeat),
        resumable: boolean(type, "resumable", resumable),
        ...(head === undefined ? {} : { head: cursor(type, "head", head) }),
        ...(version === undefined ? {} : { version: positive(type, "version", version) }),
        ...(subscriptions === undefined ? {} : { subscriptions: indices(type, "subscriptions", subscriptions) }),
        ...identified,
      };
    }
    case "$snapshot":
      return { kind: "snapshot", data, ...laned, id: cursor(type, "id", id) };
    case "$live":
      return id ? { kind: "live", ...laned, id: cursor(type, "id", id) } : { kind: "live", ...laned };
    case "$reset": {
      const { reason, oldest, head } = controlData(type, data);
      return {
        kind: "reset",
        reason: oneOf<ResetReason>(type, "reason", reason, ["trimmed", "epoch", "diverged", "limit"]),
        oldest: cursor(type, "oldest", oldest),
        head: cursor(type, "head", head),
        ...laned,
      };
    }
    case "$at":
      return { kind: "at", ...laned, id: cursor(type, "id", id) };
    case "$error": {
      const { code, message, data: detail, final } = controlData(type, data);
      return {
        kind: "error",
        code: string(type, "code", code),
        message: string(type, "message", message),
        ...(detail === undefined ? {} : { data: detail }),
        final: boolean(type, "final", final),
        ...laned,
      };
    }
    case "$end":
      return { kind: "end", ...laned };
    case "$drain":
      if ("lane" in laned) throw new WireError(`A $drain frame is of lane ${laned.lane}; it is the connection's.`);
      return { kind: "drain", retry: number(type, "retry", controlData(type, data)["retry"]) };
    default:
      return { kind: "unknown", type, ...laned };
  }
}

/** PROTOCOL §10.2. A type with a `/` that is no lane's is a type like any other. */
const lanePattern = /^(0|[1-9]\d{0,8})\/(.+)$/s;

function splitLane(event: string): [{ lane?: number }, type: string] {
  const match = event.includes("/") ? lanePattern.exec(event) : null;
  return match ? [{ lane: Number(match[1]) }, match[2] as string] : [{}, event];
}

function controlData(type: string, data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below, for this and for JSON that is no object
  }
  throw new WireError(`The data of a ${type} frame is no JSON object: ${data.slice(0, 80)}`);
}

const wrong = (type: string, field: string, value: unknown, allowed: string) =>
  new WireError(`"${field}" of a ${type} frame is ${JSON.stringify(value)}; allowed is ${allowed}.`);

function string(type: string, field: string, value: unknown): string {
  if (typeof value !== "string") throw wrong(type, field, value, "a string");
  return value;
}

function boolean(type: string, field: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw wrong(type, field, value, "true and false");
  return value;
}

function indices(type: string, field: string, value: unknown): readonly number[] {
  const isIndex = (item: unknown) => Number.isSafeInteger(item) && (item as number) >= 0;
  if (!Array.isArray(value) || !value.every(isIndex)) throw wrong(type, field, value, "an array of whole numbers");
  return value;
}

function number(type: string, field: string, value: unknown): number {
  if (typeof value !== "number" || !(value >= 0)) throw wrong(type, field, value, "a number of milliseconds");
  return value;
}

function positive(type: string, field: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw wrong(type, field, value, "a whole number from 1 on");
  return value as number;
}

function oneOf<T extends string>(type: string, field: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) throw wrong(type, field, value, allowed.join(", "));
  return value as T;
}

function cursor(type: string, field: string, value: unknown): string {
  if (typeof value !== "string" || !parseCursor(value)) throw wrong(type, field, value, "a cursor");
  return value;
}
