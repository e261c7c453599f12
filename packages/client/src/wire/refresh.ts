import { SluiceError } from "@sluice/contract";
import type { Clock } from "../platform/clock.js";

/** Renews credentials after a 401. It fails by throwing, rejecting or returning `false`. */
export type OnUnauthorized = (error: SluiceError) => unknown;

type WithMonotonic = Pick<Required<Clock>, "monotonic">;

/** Calls the refresh hook once for all requests that fail with the same credentials. */
export interface Refresher {
  /** Identifies the credentials of a request that starts now. */
  mark(): number;
  /** Resolves with `undefined` if a request with this mark may be retried, or with the final error. */
  refresh(error: SluiceError, mark: number): Promise<SluiceError | undefined>;
}

/**
 * Milliseconds for which a failed renewal counts for requests that were sent before it. A stream that ends later asks again: the
 * user may have come back meanwhile.
 */
const failureCounts = 1_000;

/** Mark of the hook's own requests, which can't wait for the hook. */
const ofHook = -1;

export function createRefresher(hook: OnUnauthorized | undefined, { monotonic }: WithMonotonic): Refresher {
  let asked = 0;
  /** What the hook's last call came to, and when. */
  let failure: SluiceError | undefined;
  let askedAt = 0;
  let underWay: Promise<SluiceError | undefined> | undefined;
  let isInHook = false;

  function callHook(error: SluiceError): unknown {
    isInHook = true;
    try {
      return hook?.(error);
    } finally {
      isInHook = false;
    }
  }

  const ask = async (error: SluiceError): Promise<void> => {
    try {
      failure = (await callHook(error)) === false ? error : undefined;
    } catch (cause) {
      failure = new SluiceError("unauthorized", { message: error.message, cause });
    }
  };

  return {
    mark: () => (isInHook ? ofHook : asked),
    async refresh(error, mark) {
      if (!hook || mark === ofHook) return error;
      const isAskedSince = mark !== asked;
      if (isAskedSince && !(failure && monotonic() - askedAt > failureCounts)) return failure;
      underWay ??= ask(error).then(() => {
        asked++;
        askedAt = monotonic();
        underWay = undefined;
        return failure;
      });
      return underWay;
    },
  };
}
