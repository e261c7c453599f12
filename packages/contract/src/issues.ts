import type { ErrorIssue } from "./errors.js";

/** Most issues that an error carries: whoever sends a hundred thousand wrong items is told of the first. PROTOCOL §3. */
export const maxIssues = 20;
/** Longest message of an issue, in characters; a path's keys have as many together. */
const maxIssueText = 500;
/** Longest message of an error that goes to a client, in characters. PROTOCOL §3. */
export const maxDetail = 2_000;

/** A text of at most `max` characters, whose end says if there was more. */
export const shorten = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

/** What is told of issues, however many there are and whatever they hold of the input: a key may be as long as a body. */
export const boundIssues = (issues: readonly ErrorIssue[]): readonly ErrorIssue[] =>
  issues
    .slice(0, maxIssues)
    .map(({ message, path }) => ({ message: shorten(String(message), maxIssueText), path: boundPath(path) }));

/** The keys from the root on, as far as there is room. */
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
