interface Waiting {
  readonly runs: Set<() => void>;
  readonly listener: () => void;
}

const waiting = new WeakMap<AbortSignal, Waiting>();

function listen(signal: AbortSignal): Waiting {
  const runs = new Set<() => void>();
  const listener = () => {
    for (const run of runs) run();
  };
  signal.addEventListener("abort", listener);
  const added = { runs, listener };
  waiting.set(signal, added);
  return added;
}

/**
 * Calls `run` when the application's `signal` aborts, until the returned function is called. All calls for a signal
 * share one listener, removed with the last of them: applications often have one signal per page, and Node warns of a
 * leak at the eleventh listener. (For the same reason fetch never gets the application's signal: Node's fetch leaves a
 * listener on it.)
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (!signal) return () => {};
  const { runs, listener } = waiting.get(signal) ?? listen(signal);
  runs.add(run);
  return () => {
    if (!runs.delete(run) || runs.size > 0) return;
    signal.removeEventListener("abort", listener);
    waiting.delete(signal);
  };
}
