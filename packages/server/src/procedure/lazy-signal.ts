interface HasSignal {
  readonly signal: AbortSignal;
}

const source = Symbol("signal's source");

/**
 * One descriptor for all: a getter in each object literal costs five times as much. Enumerable, so that a copy of the
 * args keeps the signal.
 */
const lazySignal: PropertyDescriptor & ThisType<{ readonly [source]: HasSignal }> = {
  enumerable: true,
  configurable: true,
  get() {
    return this[source].signal;
  },
};

/**
 * Adds a `signal` to args. It is taken from a lifetime or from other args on first use: the `AbortController`, and the
 * error that it aborts with, cost more than the rest of a call.
 */
export function withSignal<Args extends object>(args: Args, from: HasSignal): Args & HasSignal {
  const sourced: Args & { [source]?: HasSignal } = args;
  sourced[source] = from;
  Object.defineProperty(sourced, "signal", lazySignal);
  return sourced as Args & HasSignal;
}
