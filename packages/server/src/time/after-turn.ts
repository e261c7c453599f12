let hasImmediate = typeof setImmediate === "function";

/** Runs a function after everything else that happens in this turn of the event loop. */
export function afterTurn(run: () => void): void {
  if (hasImmediate) {
    try {
      setImmediate(run);
      return;
    } catch {
      hasImmediate = false; // Next's edge runtime defines one that throws
    }
  }
  setTimeout(run, 0);
}
