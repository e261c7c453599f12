export { type Cursor, formatCursor, maxCursorLength, parseCursor, reservedId } from "./cursor.js";
export {
  createFrameDecoder,
  defaultMaxFrame,
  type FrameDecoder,
  type FrameDecoderOptions,
  WireError,
} from "./decode.js";
export { encodeFrame, encodeLogged } from "./encode.js";
export type * from "./frame.js";
export { parseObject } from "./parse-object.js";
