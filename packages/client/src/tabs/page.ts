/** What tabs use of their browser. */
export interface Page {
  /** `navigator.locks.request`. */
  lock(name: string, options: LockRequest, hold: () => Promise<void>): Promise<unknown>;
  openChannel(name: string, onMessage: (data: unknown) => void): { post(data: unknown): void; close(): void };
  /** A name that no other tab has. */
  newId(): string;
  isVisible(): boolean;
  /** Returns a function that removes the listeners. */
  listen(listener: PageListener): () => void;
}

export interface LockRequest {
  readonly signal?: AbortSignal;
  readonly steal?: boolean;
}

interface PageListener {
  /** The page is closed, frozen, or put into the back-forward cache. */
  gone(): void;
  /** It is back from there. */
  back(): void;
  /** It has become visible. */
  shown(): void;
}

/** `undefined` where tabs can't share: without a page, Web Locks or BroadcastChannel, as in Node or an insecure context. */
export function browserPage(): Page | undefined {
  if (typeof document === "undefined" || typeof navigator === "undefined") return undefined;
  if (!navigator.locks || typeof BroadcastChannel === "undefined" || typeof crypto?.randomUUID !== "function") {
    return undefined;
  }
  return {
    lock: async (name, options, hold) => navigator.locks.request(name, options, hold),
    openChannel(name, onMessage) {
      const channel = new BroadcastChannel(name);
      channel.addEventListener("message", ({ data }) => onMessage(data));
      return { post: (data) => channel.postMessage(data), close: () => channel.close() };
    },
    newId: () => crypto.randomUUID(),
    isVisible: () => document.visibilityState === "visible",
    listen({ gone, back, shown }) {
      const listeners: readonly [EventTarget, string, () => void][] = [
        [document, "freeze", gone],
        [document, "resume", back],
        [globalThis, "pagehide", gone],
        [globalThis, "pageshow", back],
        [document, "visibilitychange", shown],
      ];
      for (const [target, type, run] of listeners) target.addEventListener(type, run);
      return () => {
        for (const [target, type, run] of listeners) target.removeEventListener(type, run);
      };
    },
  };
}
