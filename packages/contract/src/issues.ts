import type { ErrorIssue } from "./errors.js";

/** The maximum number of issues in an error. PROTOCOL §3. */
export const maxIssues = 20;
/** Maximum length of an issue's message, in characters, and of all keys of its path together. */
const maxIssueText = 500;
/** Maximum length of an error message that goes to a client, in characters. PROTOCOL §3. */
export const maxDetail = 2_000;

/** Shortens a text to at most `max` characters. A shortened text ends in "…". */
export const shorten = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

/**
 * Limits the number and the length of issues: input can make both arbitrarily large, for example with a key as long
 * as the body.
 */
export const boundIssues = (issues: readonly ErrorIssue[]): readonly ErrorIssue[] =>
  issues
    .slice(0, maxIssues)
    .map(({ message, path }) => ({ message: shorten(String(message), maxIssueText), path: boundPath(path) }));

/** The first keys of the path, as many as fit. */
function boundPath(path: readonly (string | number)[]): readonly (string | number)[] {
  const keys: (string | number)[] = [];
  let room = maxIssueText;
  for (const key of path) {
    if (room <= 0) break;
    keys.push(typeof key === "number" ? key : shorten(String(key), room));
    room -= String(key).length + 1;
  }
  return keys;
}
