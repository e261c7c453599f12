/** Whether the machine says that it has no network at all. Environments that can't tell count as online. */
export const isOffline = (): boolean => typeof navigator !== "undefined" && navigator.onLine === false;

type Target = Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>;

/**
 * Calls `onWake` whenever the network or the page comes back (or the network goes), so that nobody sits out a delay which
 * was meant for a server that can't be reached. Returns what takes the listeners away.
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
