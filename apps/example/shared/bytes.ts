import * as z from "zod";

// Not `z.instanceof`: its type excludes arrays with shared memory, which the type of Yjs's arrays includes.
const isBytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** A `Uint8Array` in code on both ends, base64 on the wire. */
export const bytes = z.codec(z.base64(), isBytes, {
  decode: (text) => z.util.base64ToUint8Array(text),
  encode: (array) => z.util.uint8ArrayToBase64(array),
});
