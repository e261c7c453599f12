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
 * Calls `run` when the application's `signal` aborts, until the returned function is called. However many wait for one signal, it
 * has one listener of ours, and none when nobody does: one signal for a whole page is the usual thing, and Node takes the
 * eleventh listener for a leak. (It is also why no signal of the application's is given to fetch: Node's leaves a listener there.)
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

/** A signal of ours that aborts with the application's, or by `abort`. It may be given to fetch. */
export interface Follower {
  readonly signal: AbortSignal;
  abort(): void;
  stopListening(): void;
}

export function follow(given: AbortSignal | undefined): Follower {
  const controller = new AbortController();
  const abort = () => controller.abort(given?.reason);
  if (given?.aborted) abort();
  return { signal: controller.signal, abort, stopListening: onAbort(given, abort) };
}
