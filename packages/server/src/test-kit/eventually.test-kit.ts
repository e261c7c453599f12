import { vi } from "vitest";

/** Waits for a condition that no event announces. Only one that never comes true takes so long, on a busy machine too. */
export const eventually = (assertion: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(assertion, { timeout: 25_000, interval: 5 });
