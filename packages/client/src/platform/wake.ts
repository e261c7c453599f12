import { guarded } from "./report.js";

/**
 * Tells a client, by `onWake`, when there is reason to try again at once. `isOnline` says whether the device has a network; left
 * out, what was said last still counts. Returns a function that stops it.
 */
export type Wake = (onWake: (isOnline?: boolean) => void) => () => void;

/** What lanes learn of the device and the page that they run in. */
export interface Surroundings {
  isOffline(): boolean;
  /**
   * Calls `onWake` when the network goes or comes back, and when the page becomes visible or is restored, so that a lane
   * doesn't sit out a delay that has lost its reason; with `true`, when the page becomes hidden. Returns a function that stops it.
   */
  listen(onWake: (isHiding: boolean) => void): () => void;
}

/** Without a page, visible. */
export const isHidden = (): boolean => globalThis.document?.visibilityState === "hidden";

type Target = Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>;

/** A browser's page. */
export const pageSurroundings: Surroundings = {
  /** `navigator.onLine`; without it, online. */
  isOffline: () => globalThis.navigator?.onLine === false,
  listen(onWake) {
    const page: Target | undefined = globalThis.document;
    const onBack = () => onWake(false);
    const listeners: readonly [Target | undefined, string, () => void][] = [
      [globalThis as Target, "online", onBack],
      [globalThis as Target, "offline", onBack],
      [globalThis as Target, "pageshow", onBack],
      [page, "visibilitychange", () => onWake(isHidden())],
    ];
    for (const [target, type, listener] of listeners) target?.addEventListener?.(type, listener);
    return () => {
      for (const [target, type, listener] of listeners) target?.removeEventListener?.(type, listener);
    };
  },
};

/** As the application tells, for all lanes by one call of `wake`: from the first that listens until the last has stopped. */
export function surroundingsOf(wake: Wake): Surroundings {
  const all = new Set<() => void>();
  let isOnline = true;
  let stop: (() => void) | undefined;
  return {
    isOffline: () => !isOnline,
    listen(onWake) {
      const own = () => onWake(false);
      if (all.add(own).size === 1) {
        isOnline = true;
        guarded(() => {
          stop = wake((said = isOnline) => {
            isOnline = said;
            for (const each of [...all]) each();
          });
        });
      }
      return () => {
        if (!all.delete(own) || all.size > 0) return;
        guarded(stop);
        stop = undefined;
      };
    },
  };
}
