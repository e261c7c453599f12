/** Maximum wait, in milliseconds: one day. PROTOCOL §11. */
const maxRetryAfter = 86_400_000;

/** Limits a wait in milliseconds to the range from 0 to one day; `undefined` if it isn't finite. */
export function boundRetryAfter(ms: number | undefined): number | undefined {
  return Number.isFinite(ms) ? Math.min(maxRetryAfter, Math.max(0, ms as number)) : undefined;
}
