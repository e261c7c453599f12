import {
  createDecoder,
  decodeMessage,
  type FrameDecoder,
  type FrameDecoderOptions,
  lanePattern,
  WireError,
} from "./decode.js";
import type { Frame } from "./frame.js";
import type { SseMessage } from "./sse-reader.js";

/**
 * Decodes a stream of bytes to frames, multiplexed (PROTOCOL §10) or not: those of a lane have its number. Chunks may
 * be cut anywhere. An incomplete block at the end is ignored.
 */
export const createFrameDecoder = (onFrame: (frame: Frame) => void, options?: FrameDecoderOptions): FrameDecoder =>
  createDecoder(decodeLaned, onFrame, options);

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
