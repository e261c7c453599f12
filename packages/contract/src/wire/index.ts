export { type Cursor, formatCursor, maxCursorLength, parseCursor, reservedId } from "./cursor.js";
export {
  createFrameDecoder,
  type FrameDecoder,
  type FrameDecoderOptions,
} from "./decode.js";
export { encodeFrame, encodeLogged } from "./encode.js";
export type * from "./frame.js";
export { parseObject } from "./parse-object.js";
export { textNumber } from "./text-number.js";
export { WireError } from "./wire-error.js";
