/** Milliseconds that a reader may be away before it counts as gone: it may have been cut. */
const leaveDelay = 2_000;

export interface Presence {
  has(clientId: number): boolean;
  /** Keeps a client present until the signal aborts and a little longer, then calls `onLeft`. */
  enter(clientId: number, signal: AbortSignal, onLeft: () => void): void;
}

/** Tracks who is reading the document. */
export function createPresence(): Presence {
  const streams = new Map<number, number>();

  const leave = (clientId: number, onLeft: () => void) => {
    streams.set(clientId, (streams.get(clientId) ?? 1) - 1);
    const timer = setTimeout(() => {
      if (streams.get(clientId) !== 0) return;
      streams.delete(clientId);
      onLeft();
    }, leaveDelay);
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
