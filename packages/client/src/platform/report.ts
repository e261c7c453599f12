import { printThrown } from "@sluice/contract";

/**
 * Calls code of the user's from within a stream. What it throws is reported as uncaught in a browser and written to the
 * console elsewhere, where an uncaught error could end the process; the stream and its other subscribers go on.
 */
export function guarded<Args extends unknown[]>(call: ((...args: Args) => unknown) | undefined, ...args: Args): void {
  if (!call) return;
  try {
    const result = call(...args);
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}

/** Says that code of the user's failed. Never throws, also where looking at `error` does. */
export function report(error: unknown): void {
  try {
    if (typeof document !== "undefined" && typeof reportError === "function") reportError(error);
    else printThrown(error);
  } catch {
    printThrown(error);
  }
}
