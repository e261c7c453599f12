import * as z from "zod";

/** A `Date` in code on both ends, ISO 8601 text on the wire. */
export const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
