import type { Frame } from "./frame.js";
import type { Check } from "./frame-checks.js";
import { type ControlKind, frameTable, memberOf, type Row } from "./frame-table.js";
import { parseObject } from "./parse-object.js";
import { createSseReader, type SseMessage } from "./sse-reader.js";

/** The bytes are not a Sluice stream. The message says what was wrong and what is allowed. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** Default limit of a frame's data, in characters: 16 Mi. */
export const defaultMaxFrame = 16 * 1024 * 1024;

export interface FrameDecoder {
  /**
   * Decodes the next bytes and passes every complete frame to `onFrame`, in order and synchronously.
   *
   * @throws WireError if a control frame is malformed or a frame's data exceeds the limit. All later calls throw the
   * same error, because the rest of the stream can't be trusted.
   */
  push(chunk: Uint8Array): void;
}

export interface FrameDecoderOptions {
  /** Maximum length of a frame's data, in characters. Default: 16 Mi. */
  readonly maxFrame?: number;
}

/** PROTOCOL §10.2. Any other type that contains a `/` is a normal event type. */
const lanePattern = /^(0|[1-9]\d{0,8})\/(.+)$/s;

/**
 * Decodes a stream of bytes to frames, multiplexed (PROTOCOL §10) or not: those of a lane have its number. Chunks may
 * be cut anywhere. An incomplete block at the end is ignored.
 */
export function createFrameDecoder(
  onFrame: (frame: Frame) => void,
  { maxFrame = defaultMaxFrame }: FrameDecoderOptions = {},
): FrameDecoder {
  const text = new TextDecoder();
  const read = createSseReader(
    {
      message: (message) => onFrame(decodeLaned(message)),
      comment: (comment) => onFrame({ kind: "comment", text: comment }),
      retry: (ms) => onFrame({ kind: "retry", ms }),
      tooLong() {
        throw new WireError(`A frame is longer than ${maxFrame} characters, the limit.`);
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
 * Converts an SSE message to a frame.
 *
 * @throws WireError if it is a control frame with invalid data.
 */
function decodeLaned(message: SseMessage): Frame {
  const parts = message.event?.includes("/") && lanePattern.exec(message.event);
  if (!parts) return decodeMessage(message);
  const lane = Number(parts[1]);
  const frame = decodeMessage({ ...message, event: parts[2] });
  if (frame.kind !== "drain") return { ...frame, lane } as Frame;
  throw new WireError(`"lane" of a $drain frame is ${lane}; allowed is none.`);
}

function decodeMessage({ event: type = "message", data, id }: SseMessage): Frame {
  if (type.charCodeAt(0) !== 36 /* $ */) return id ? { kind: "event", type, data, id } : { kind: "event", type, data };

  const kind = type.slice(1);
  const row = Object.hasOwn(frameTable, kind) && frameTable[kind as ControlKind];
  return row ? decodeControl(kind, row, data, id) : { kind: "unknown", type };
}

function decodeControl(
  kind: string,
  [idRule, members]: Row<Record<string, unknown>>,
  data: string,
  id: string | undefined,
): Frame {
  const frame: Record<string, unknown> = { kind };
  if (members === "json") {
    frame["data"] = data;
  } else {
    let values: Record<string, unknown> | undefined;
    for (const [property, check] of Object.entries(members)) {
      values ??= controlData(kind, data);
      const name = memberOf(property);
      const value = values[name];
      if (value !== undefined || !check.isOptional) frame[property] = checked(check, kind, name, value);
    }
  }
  if (typeof idRule !== "string" && (id || !idRule.isOptional)) frame["id"] = checked(idRule, kind, "id", id);
  return frame as unknown as Frame;
}

function checked(check: Check<unknown>, kind: string, name: string, value: unknown): unknown {
  if (check.holds(value)) return value;
  throw new WireError(`"${name}" of a $${kind} frame is ${JSON.stringify(value)}; allowed is ${check.allowed}.`);
}

function controlData(kind: string, data: string): Record<string, unknown> {
  const values = parseObject(data);
  if (values) return values;
  throw new WireError(`The data of a $${kind} frame is not a JSON object: ${data.slice(0, 80)}`);
}
