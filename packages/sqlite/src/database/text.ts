/**
 * node:sqlite and libsql return a text only up to its first NUL. So a NUL is stored as two other characters, and the first of them,
 * which is as rare, also as two.
 */
const marker = "\u0001";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const rare = /[\0\u0001]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const allRare = /[\0\u0001]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const escaped = /\u0001(.)/g;

/** A text as it is stored. */
export const toStored = (text: string): string =>
  rare.test(text) ? text.replace(allRare, (character) => marker + (character === "\0" ? "0" : "1")) : text;

export const fromStored = (text: string): string =>
  text.includes(marker) ? text.replace(escaped, (_, kind: string) => (kind === "0" ? "\0" : marker)) : text;
