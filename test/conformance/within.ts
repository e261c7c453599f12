import { vi } from "vitest";

export { turns } from "./turns.js";

/** Far longer than anything here takes, on a busy machine too: only a wait that would never end reaches it. */
const patience = 25_000;

/** The promise, or after the limit a failure that names what was awaited. */
export async function within<T>(promise: Promise<T>, complaint: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(complaint())), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits for a condition that no event announces. */
export const eventually = (assertion: () => void | Promise<void>, timeout = patience) =>
  vi.waitFor(assertion, { timeout, interval: 5 });
