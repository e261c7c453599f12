import type { DisconnectFilter } from "../control/disconnect-options.js";

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
