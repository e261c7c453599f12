import { allocate, encodeUtf8 } from "../topic/utf8.js";
import type { Piece } from "./sink.js";

/** The bytes of all pieces. */
export function joinPieces(pieces: readonly Piece[]): Uint8Array {
  const parts = pieces.map((piece) => (typeof piece === "string" ? encodeUtf8(piece) : piece.plain));
  if (parts.length === 1) return parts[0] as Uint8Array;
  const joined = allocate(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
