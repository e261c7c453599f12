import { SluiceError } from "@sluice/contract";
import { shown } from "@sluice/contract/internal";

/**
 * The members of a context that say when its authorisation ends and which tags it has. Sluice reads both from every
 * context. A context with neither is never revoked. A value of the wrong type is an error of the server, and the stream
 * does not open.
 */
export interface RevocableContext {
  /**
   * When the authorisation ends: a date, or milliseconds since the Unix epoch. No event is sent after it, and a query
   * or mutation after it is refused, also one that would renew it: give such a request a context without `expiresAt`.
   */
  readonly expiresAt?: Date | number | undefined;
  /**
   * Tags by which `sluice.disconnect({ tag })` finds the stream, such as a user's or a session's id. A getter is called
   * for each such call; if it throws, the stream ends with `unauthorized`, and its client reconnects.
   */
  readonly tags?: readonly string[] | undefined;
}

/**
 * When a context's authorisation ends, in milliseconds since the Unix epoch. `Infinity`: never.
 *
 * @throws TypeError if `expiresAt` is not a time: such a context would never expire.
 */
export function expiryOf(context: unknown): number {
  const { expiresAt } = (context ?? {}) as RevocableContext;
  if (expiresAt === undefined) return Number.POSITIVE_INFINITY;
  const at = typeof expiresAt === "number" || expiresAt instanceof Date ? Number(expiresAt) : Number.NaN;
  if (Number.isNaN(at)) {
    const given = expiresAt instanceof Date ? "an invalid Date" : shown(expiresAt);
    throw new TypeError(
      `expiresAt of the context is ${given}; allowed are a Date, or milliseconds since the Unix epoch.`,
    );
  }
  return at;
}

/** @throws TypeError if `tags` is not an array of strings: `disconnect` would never match it. */
export function tagsOf(context: unknown): readonly string[] {
  const { tags = [] } = (context ?? {}) as RevocableContext;
  if (!Array.isArray(tags)) throw new TypeError(`tags of the context are not an array; ${allowedTags}.`);
  const wrong = tags.findIndex((tag) => typeof tag !== "string");
  if (wrong === -1) return tags;
  throw new TypeError(`tags[${wrong}] of the context is ${shown(tags[wrong])}; ${allowedTags}.`);
}

const allowedTags = "allowed is an array of strings";

/** What the client of a stream is told whose authorisation ends. */
export const expired = "The authorisation has expired";

/** @throws SluiceError `unauthorized` if the authorisation has ended. */
export function assertCurrent(context: unknown, now: number): void {
  if (expiryOf(context) > now) return;
  throw new SluiceError("unauthorized", {
    message: `${expired}: this request's context has an \`expiresAt\` in the past. A procedure that renews must get a context without it.`,
  });
}
