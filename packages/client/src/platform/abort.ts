const waiting = new WeakMap<AbortSignal, Set<() => void>>();

function runAll(this: AbortSignal): void {
  for (const run of waiting.get(this) ?? []) run();
}

/**
 * Calls `run` when the application's `signal` aborts, until the returned function is called. All calls for a signal
 * share one listener, removed with the last of them: applications often have one signal per page, and Node warns of a
 * leak at the eleventh listener. (For the same reason fetch never gets the application's signal: Node's fetch leaves a
 * listener on it.)
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (!signal) return () => {};
  const runs = waiting.get(signal) ?? new Set();
  waiting.set(signal, runs.add(run));
  if (runs.size === 1) signal.addEventListener("abort", runAll);
  return () => {
    if (runs.delete(run) && runs.size === 0) signal.removeEventListener("abort", runAll);
  };
}
