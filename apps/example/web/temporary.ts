import type { SluiceError } from "@sluice/client";
import { errorTable, isBuiltInCode } from "@sluice/contract";

/** Whether the same call may succeed later. What the server refused for good is not asked again. */
export const isTemporary = ({ code }: SluiceError) => isBuiltInCode(code) && errorTable[code].retry === "yes";

/**
 * For TanStack's mutations: tries until it gets through, and waits while the machine is offline. Only for what may be
 * sent twice, by an idempotency key or by its nature.
 */
export const untilItGetsThrough = {
  retry: (_failures: number, error: SluiceError) => isTemporary(error),
  retryDelay: (failures: number) => Math.min(4_000, 250 * 2 ** failures),
};
