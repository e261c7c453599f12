import { LogError } from "@sluice/log";
import type { CallKind } from "./connection.js";

/** Redis says so instead of doing anything. In some versions, the word stands in the middle of a script's error. */
const refusals =
  /\b(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|OOM|BUSY|NOREPLICAS|MISCONF|NOPERM|NOAUTH|WRONGPASS|NOSCRIPT|MOVED|ASK)\b/;

interface Told {
  readonly error: LogError;
  /** The connection leads to a server that was the primary once. */
  readonly isReplica: boolean;
  /** The user has no right to what was asked for. */
  readonly isDenied: boolean;
  /** The connection was lost before the answer came. */
  readonly isLost: boolean;
}

/** What is known after a command failed. */
export function logErrorOf(error: unknown, kind: CallKind, place: string): Told {
  if (LogError.is(error)) return { error, isReplica: false, isDenied: false, isLost: false };
  const message = error instanceof Error ? error.message : String(error);
  // A script that is refused a command may have done what comes before it.
  const isDeniedInScript = /The user executing the script can't|ACL failure in script|NOPERM.* script: /.test(message);
  const refusal = isDeniedInScript ? undefined : refusals.exec(message)?.[1];
  const isDenied = isDeniedInScript || refusal === "NOPERM";
  const wasNotSent = /^The client is (closed|offline)$/.test(message);
  const code = kind === "read" || refusal !== undefined || wasNotSent ? "unavailable" : "unknown";
  const isAnswer = isDenied || refusal !== undefined || isReply(error);
  const said = isAnswer
    ? `${place} refused${isDenied ? ", see the rights in the README of @sluice/redis" : ""}: ${message}`
    : `${place} can't be reached: ${message}`;
  return {
    error: new LogError(code, said, { cause: error }),
    isReplica: refusal === "READONLY",
    isDenied,
    isLost: !isAnswer && !wasNotSent,
  };
}

/** Redis answered, with an error. Of any copy of the `redis` package. */
const isReply = (error: unknown): boolean =>
  error instanceof ReplyError ||
  (error instanceof Error && /ErrorReply$|^SimpleError$|^BlobError$/.test(error.constructor.name));

/** What a script says of a part of its work. */
export class ReplyError extends Error {}
