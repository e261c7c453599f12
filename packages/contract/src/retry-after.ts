/** Longest that anybody is asked to wait, in milliseconds: a day. PROTOCOL §11. */
const longest = 86_400_000;

/** Milliseconds to wait that somebody gave, as far as they make sense: from 0 to a day, or none. */
export function boundRetryAfter(ms: number | undefined): number | undefined {
  return Number.isFinite(ms) ? Math.min(longest, Math.max(0, ms as number)) : undefined;
}
