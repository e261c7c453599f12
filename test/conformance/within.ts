import { vi } from "vitest";

export { turns } from "./turns.js";

/** Far longer than anything here takes: it is met only where what was waited for never comes. */
const patience = 4_000;

/** The promise, or after a while a failure that says what was waited for. */
export async function within<T>(promise: Promise<T>, complaint: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(complaint())), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits for something that no event tells of. */
export const eventually = (assertion: () => void | Promise<void>, timeout = patience) =>
  vi.waitFor(assertion, { timeout, interval: 5 });
