import type { SluiceError } from "@sluice/client";
import { retryOf } from "@sluice/contract/internal";

/** True if the same call may succeed later. An error that is final is not retried. */
export const isTemporary = ({ code }: SluiceError) => retryOf(code) === "yes";

/**
 * Options for TanStack Query's mutations: retry until it succeeds, and wait while the machine is offline. Only for
 * calls that may be sent twice, because they have an idempotency key or are idempotent.
 */
export const retryUntilSuccess = {
  retry: (_failures: number, error: SluiceError) => isTemporary(error),
  retryDelay: (failures: number) => Math.min(4_000, 250 * 2 ** failures),
};
