import { isBehind } from "./board.js";
import { wasClosed } from "./doc.js";
import type { Edition } from "./edition.js";
import type { History } from "./history.js";
import type { Publication } from "./publications.js";

/** What a publish was refused with, and when. */
export interface Refusal {
  readonly error: unknown;
  /** By whose contract. */
  readonly edition: Edition;
  /** Where the topic ended when it was asked for. */
  readonly before: string | undefined;
}

const codeOf = (error: unknown) => (error as { readonly code?: unknown } | undefined)?.code;

/** Whether a publish may be refused so; all else is a failure. */
export function isProperRefusal(
  { kind, act }: Publication,
  { error, edition, before }: Refusal,
  history: History,
): boolean {
  const { topic = "" } = kind;
  const code = codeOf(error);
  if (code === "contractMismatch")
    return kind.leaf === "doc" && act === "item" && wasClosed(history, before, history.head(topic));
  return code === "unavailable" && isBehind(history, edition, topic);
}

/** Whether an operator is told, as he has to be, of a contract that is older than a topic. */
export function isSkew(
  { error, path }: { readonly error: unknown; readonly path: string },
  edition: Edition,
  history: History,
): boolean {
  const { cause } = (error ?? {}) as Error;
  return (
    codeOf(error) === "unavailable" &&
    (cause as Error)?.name === "ContractSkewError" &&
    isBehind(history, edition, path)
  );
}
