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
