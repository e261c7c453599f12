import { vi } from "vitest";
import { inLanes } from "./in-lanes.js";

export { turns } from "./turns.js";

/**
 * Far longer than anything here takes: only a wait that would never end reaches it. What neighbours of a lane get waits behind all
 * that the sockets' buffers hold for the lane.
 */
const patience = inLanes ? 12_000 : 4_000;

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
