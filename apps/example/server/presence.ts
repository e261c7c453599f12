/** Milliseconds that a reader may be away before it has left: a cut is no farewell. */
const patience = 2_000;

export interface Presence {
  has(clientId: number): boolean;
  /** Keeps somebody present until the signal aborts, and a little longer; then calls `onLeft`. */
  enter(clientId: number, signal: AbortSignal, onLeft: () => void): void;
}

/** Knows who reads along. */
export function createPresence(): Presence {
  const streams = new Map<number, number>();

  const leave = (clientId: number, onLeft: () => void) => {
    streams.set(clientId, (streams.get(clientId) ?? 1) - 1);
    const timer = setTimeout(() => {
      if (streams.get(clientId) !== 0) return;
      streams.delete(clientId);
      onLeft();
    }, patience);
    timer.unref();
  };

  return {
    has: (clientId) => streams.has(clientId),
    enter(clientId, signal, onLeft) {
      if (signal.aborted) return;
      streams.set(clientId, (streams.get(clientId) ?? 0) + 1);
      signal.addEventListener("abort", () => leave(clientId, onLeft), { once: true });
    },
  };
}
