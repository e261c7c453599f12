import { isDevelopment } from "#development";
import type { Frame } from "./frame.js";
import type { Check } from "./frame-checks.js";
import { type ControlKind, frameTable, memberOf, type Row } from "./frame-table.js";
import { allowedBy } from "./frame-words.js";
import { parseObject } from "./parse-object.js";
import { createSseReader, type SseMessage } from "./sse-reader.js";
import { textNumber } from "./text-number.js";
import { WireError } from "./wire-error.js";

/** Default limit of a frame's data, in characters: 16 Mi. */
const defaultMaxFrame = 16 * 1024 * 1024;

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
  readonly maxFrame?: number | undefined;
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
  const read = createSseReader({ message: (message) => onFrame(decodeLaned(message)), frame: onFrame }, maxFrame);
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
  const parts = lanePattern.exec(message.event ?? "");
  if (!parts) return decodeMessage(message, message.event);
  const lane = Number(parts[1]);
  const frame = decodeMessage(message, parts[2]);
  if (frame.kind === "drain" || frame.kind === "store")
    throw new WireError(
      isDevelopment ? `"lane" of a $${frame.kind} frame is ${lane}; allowed is none.` : textNumber(2, frame.kind, lane),
    );
  return Object.assign(frame, { lane });
}

function decodeMessage({ data, id }: SseMessage, type = "message"): Frame {
  if (type[0] !== "$") return id ? { kind: "event", type, data, id } : { kind: "event", type, data };

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
  const isJson = members === "json";
  const frame: Record<string, unknown> = isJson ? { kind, data } : { kind };
  const checks = Object.entries<Check<unknown>>(isJson ? {} : members);
  const values = checks[0] ? controlData(kind, data) : {};
  if (typeof idRule !== "string") {
    checks.push(["id", idRule]);
    values["id"] = id || undefined;
  }
  for (const [property, check] of checks) {
    const name = memberOf(property);
    const value = values[name];
    if (!check(value)) {
      const given = JSON.stringify(value);
      throw new WireError(
        isDevelopment
          ? `"${name}" of a $${kind} frame is ${given}; allowed is ${allowedBy(check)}.`
          : textNumber(3, kind, name, given),
      );
    }
    if (value !== undefined) frame[property] = value;
  }
  return frame as unknown as Frame;
}

function controlData(kind: string, data: string): Record<string, unknown> {
  const values = parseObject(data);
  if (values) return values;
  const start = data.slice(0, 80);
  throw new WireError(
    isDevelopment ? `The data of a $${kind} frame is not a JSON object: ${start}` : textNumber(4, kind, start),
  );
}
