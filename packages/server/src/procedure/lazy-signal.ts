interface HasSignal {
  readonly signal: AbortSignal;
}

const source = Symbol("signal's source");

/** One for all: a getter in each literal would cost five times as much. A copy of the args is to have the signal, so it's enumerable. */
const lazySignal: PropertyDescriptor & ThisType<{ readonly [source]: HasSignal }> = {
  enumerable: true,
  configurable: true,
  get() {
    return this[source].signal;
  },
};

/**
 * Puts on args the `signal` of a lifetime, or of other args, which is made when the application asks for it: an `AbortController`, and
 * the error that it aborts with, cost more than all the rest of a call.
 */
export function withSignal<Args extends object>(args: Args, from: HasSignal): Args & HasSignal {
  const sourced: Args & { [source]?: HasSignal } = args;
  sourced[source] = from;
  Object.defineProperty(sourced, "signal", lazySignal);
  return sourced as Args & HasSignal;
}
