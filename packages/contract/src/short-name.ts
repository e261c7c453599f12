import { sha256 } from "./sha256.js";

/** Most bytes of UTF-8 that a name or a key is kept with as it is. PROTOCOL §6.4. */
const longest = 512;

/** Says whether a text has more bytes of UTF-8 than a name may have. */
export function isTooLong(text: string): boolean {
  if (text.length > longest) return true;
  return text.length * 3 > longest && new TextEncoder().encode(text).length > longest;
}

/**
 * A text that a client chose, short enough to be kept: as it is up to 512 bytes of UTF-8, else `#` and the SHA-256 of its JSON. So what a
 * server remembers by keys takes memory by their number, and not by their length.
 *
 * @example shortName("order-17"); // "order-17"
 */
export const shortName = (text: string): string => (isTooLong(text) ? digestName(JSON.stringify(text)) : text);

/** The name of what is too long to be one, from its JSON: that has an escape for lone surrogates, which UTF-8 lacks. */
export const digestName = (json: string): string => `#${sha256(json)}`;
