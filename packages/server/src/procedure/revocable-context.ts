import { SluiceError } from "@sluice/contract";

/**
 * What a context may say of the time that it is good for, and of whom it belongs to. Sluice looks for these two
 * fields in every context; a context that has neither is never revoked. Where they hold something else, nothing is opened: that
 * is an error of the server's.
 */
export interface RevocableContext {
  /**
   * When the authorisation ends: a date, or milliseconds since the Unix epoch. Not one event is sent after it, and a query or mutation that
   * comes after it is refused.
   */
  readonly expiresAt?: Date | number | undefined;
  /**
   * Names by which `sluice.disconnect({ tag })` finds the stream, such as a user's or a session's id. A getter is asked each time; a stream
   * whose getter throws then ends as `unauthorized`, so that its client comes again.
   */
  readonly tags?: readonly string[] | undefined;
}

/**
 * When a context's authorisation ends, in milliseconds since the Unix epoch. Without end: `Infinity`.
 *
 * @throws TypeError for what is no time: nobody would ever be held to it.
 */
export function expiryOf(context: unknown): number {
  const { expiresAt } = (context ?? {}) as RevocableContext;
  if (expiresAt === undefined) return Number.POSITIVE_INFINITY;
  const at = typeof expiresAt === "number" || expiresAt instanceof Date ? Number(expiresAt) : Number.NaN;
  if (Number.isNaN(at)) {
    const shown = typeof expiresAt === "string" ? JSON.stringify(expiresAt) : String(expiresAt);
    throw new TypeError(
      `expiresAt of the context is ${shown}; allowed are a Date, or milliseconds since the Unix epoch.`,
    );
  }
  return at;
}

/** @throws TypeError for what is no list: nobody would be found by it. */
export function tagsOf(context: unknown): readonly string[] {
  const { tags = [] } = (context ?? {}) as RevocableContext;
  if (!Array.isArray(tags)) throw new TypeError("tags of the context are no array; allowed is an array of strings.");
  return tags;
}

const expired = "The authorisation has expired";

/** What a stream is told whose time is up, and a request that comes after it. */
export const expiredError = () => new SluiceError("unauthorized", { message: expired });

/** @throws SluiceError `unauthorized` if the authorisation has ended. */
export function assertCurrent(context: unknown, now: number): void {
  if (expiryOf(context) <= now) throw expiredError();
}
