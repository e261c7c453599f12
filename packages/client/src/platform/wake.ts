/** `navigator.onLine`; without it, online. */
export const isOffline = (): boolean => typeof navigator !== "undefined" && navigator.onLine === false;

/** Without a page, visible. */
export const isHidden = (): boolean => typeof document !== "undefined" && document.visibilityState === "hidden";

type Target = Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>;

/**
 * Calls `onWake` when the network goes or comes back, and when the page becomes visible or is restored, so that a lane
 * doesn't sit out a delay that has lost its reason. Returns a function that removes the listeners.
 */
export function listenForWake(onWake: () => void): () => void {
  const page: Target | undefined = typeof document === "undefined" ? undefined : document;
  const whenVisible = () => {
    if (document.visibilityState === "visible") onWake();
  };
  const listeners: readonly [Target | undefined, string, () => void][] = [
    [globalThis as Target, "online", onWake],
    [globalThis as Target, "offline", onWake],
    [globalThis as Target, "pageshow", onWake],
    [page, "visibilitychange", whenVisible],
  ];
  for (const [target, type, listener] of listeners) target?.addEventListener?.(type, listener);
  return () => {
    for (const [target, type, listener] of listeners) target?.removeEventListener?.(type, listener);
  };
}
