/** Selects the streams that `disconnect` ends: those that match all given fields. */
export interface DisconnectFilter {
  /** One of the context's `tags`. */
  readonly tag?: string;
  /** Path of the procedure, such as `scores/watch`. */
  readonly path?: string;
  /**
   * The key fields of the input, in wire form. Requires `path`. Where all fields form the key, fields with a default
   * may be left out.
   */
  readonly key?: unknown;
  /**
   * The error that the client gets: `"forbidden"` (default) ends the subscription for good, `"unauthorized"` makes the
   * client refresh its credentials and reconnect.
   */
  readonly reason?: "forbidden" | "unauthorized";
}

export interface Disconnected {
  /** Number of open streams that this server has ended. */
  readonly ended: number;
}

export const revoked = "The authorisation was revoked";

/** Whether a filter matches a stream with this topic and these tags. */
export type StreamMatcher = (topic: string, tags: readonly string[]) => boolean;

/** A filter that was checked, in a form that every server understands. */
export interface ResolvedFilter {
  readonly tag?: string | undefined;
  readonly path?: string | undefined;
  /** Set if the filter has a key, which names exactly one topic. */
  readonly topic?: string | undefined;
  readonly reason: NonNullable<DisconnectFilter["reason"]>;
}

export const matcherOf =
  ({ tag, path, topic }: Omit<ResolvedFilter, "reason">): StreamMatcher =>
  (streamTopic, tags) => {
    if (tag !== undefined && !tags.includes(tag)) return false;
    if (topic !== undefined) return topic === streamTopic;
    return path === undefined || path === streamTopic.split("?", 1)[0];
  };
