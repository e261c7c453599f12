/**
 * What a context may say of the time that a stream is allowed for, and of whom it belongs to. Sluice looks for these two
 * fields in every context; a context that has neither is never revoked. Where they hold something else, nothing is opened: that
 * is an error of the server's.
 */
export interface RevocableContext {
  /** When the authorisation ends: a date, or milliseconds since the Unix epoch. Not one event is sent after it. */
  readonly expiresAt?: Date | number | undefined;
  /**
   * Names by which `sluice.disconnect({ tag })` finds the stream, such as a user's or a session's id. A getter is asked each time; a stream
   * whose getter throws then ends as `unauthorized`, so that its client comes again.
   */
  readonly tags?: readonly string[] | undefined;
}

/** Which streams `sluice.disconnect` ends: those for which all that is given is so. */
export interface DisconnectFilter {
  /** One of the context's `tags`. */
  readonly tag?: string;
  /** Path of the procedure, such as `scores/watch`. */
  readonly path?: string;
  /** The key fields of the input, in wire form; needs `path`. What has a default may be left out where all fields are the key. */
  readonly key?: unknown;
  /**
   * What the client is told: `"forbidden"` (default) ends the subscription for good, `"unauthorized"` makes it ask for new
   * credentials and come again.
   */
  readonly reason?: "forbidden" | "unauthorized";
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

export const expired = "The authorisation has expired";
export const revoked = "The authorisation was revoked";

/** Which streams a filter means, by topic and tags. */
export type Meant = (topic: string, tags: readonly string[]) => boolean;

interface MeantBy {
  readonly tag: string | undefined;
  readonly path: string | undefined;
  /** The one topic that is meant, where a key says so. */
  readonly topic: string | undefined;
}

export const meantBy =
  ({ tag, path, topic }: MeantBy): Meant =>
  (ofStream, tags) => {
    if (tag !== undefined && !tags.includes(tag)) return false;
    if (topic !== undefined) return topic === ofStream;
    return path === undefined || path === ofStream.split("?", 1)[0];
  };
