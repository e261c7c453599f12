import { printThrown } from "@sluice/contract/internal";

/**
 * Calls an application's function. What it throws is reported as an uncaught error in a browser, and printed elsewhere,
 * where an uncaught error could end the process. The stream and its other subscribers go on.
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

/** Reports what an application's function threw. Never throws, even if reading `error` does. */
export function report(error: unknown): void {
  try {
    if (typeof document !== "undefined" && typeof reportError === "function") reportError(error);
    else printThrown(error);
  } catch {
    printThrown(error);
  }
}
