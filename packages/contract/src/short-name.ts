import { sha256 } from "./sha256.js";

/** The maximum length of a name or key that is kept unchanged, in bytes of UTF-8. PROTOCOL §6.4. */
const maxNameBytes = 512;

/** True if a text is longer than 512 bytes of UTF-8. */
export function isTooLong(text: string): boolean {
  if (text.length > maxNameBytes) return true;
  return text.length * 3 > maxNameBytes && new TextEncoder().encode(text).length > maxNameBytes;
}

/** A text with half a surrogate pair, which JSON can carry and UTF-8 can't: a store would refuse it, or change it. */
const notUnicode = /\p{Surrogate}/u;

/**
 * A bounded name for a text that a client chose. A text of up to 512 bytes of UTF-8 stays the same. A longer one, or one that is no
 * Unicode, becomes `#` and the SHA-256 of its JSON. So the memory for keys depends on their number, not on their length.
 *
 * @example shortName("order-17"); // "order-17"
 */
export const shortName = (text: string): string =>
  isTooLong(text) || notUnicode.test(text) ? digestName(JSON.stringify(text)) : text;

/** The name for a text that is too long. It hashes JSON, which escapes lone surrogates: UTF-8 can't encode them. */
export const digestName = (json: string): string => `#${sha256(json)}`;
