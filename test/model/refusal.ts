import { isBehind, type Serving } from "./board.js";
import { wasClosed } from "./doc.js";
import type { Edition } from "./edition.js";
import type { History } from "./history.js";
import type { Publication } from "./publications.js";

/** The error of a refused publish, and its time. */
export interface Refusal {
  readonly error: unknown;
  /** The publisher's contract. */
  readonly edition: Edition;
  /** The topic's head at the time of the request. */
  readonly before: string | undefined;
}

const codeOf = (error: unknown) => (error as { readonly code?: unknown } | undefined)?.code;

/** Whether this refusal is valid. Any other refusal is a failure. */
export function isProperRefusal(
  { kind, act }: Publication,
  { error, edition, before }: Refusal,
  history: History,
): boolean {
  const { topic = "" } = kind;
  const code = codeOf(error);
  if (code === "contractMismatch")
    return kind.leaf === "doc" && act === "item" && wasClosed(history, before, history.head(topic));
  return code === "unavailable" && isBehind(history, { edition }, topic);
}

/** Whether `onError` gets the required report of a contract that is older than a topic. */
export function isSkew(
  { error, path }: { readonly error: unknown; readonly path: string },
  serving: Serving,
  history: History,
): boolean {
  const { cause } = (error ?? {}) as Error;
  return (
    codeOf(error) === "unavailable" &&
    (cause as Error)?.name === "ContractSkewError" &&
    isBehind(history, serving, path)
  );
}
