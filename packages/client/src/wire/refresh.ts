import { SluiceError } from "@sluice/contract";

/** Renews credentials after a 401. It fails by throwing, rejecting or returning `false`. */
export type OnUnauthorized = (error: SluiceError) => unknown;

/** Calls the refresh hook once for all requests that fail with the same credentials. */
export interface Refresher {
  /** Identifies the credentials of a request that starts now. */
  mark(): number;
  /** Resolves with `undefined` if a request with this mark may be retried, or with the final error. */
  refresh(error: SluiceError, mark: number): Promise<SluiceError | undefined>;
}

/** Mark of the hook's own requests, which can't wait for the hook. */
const ofHook = -1;

export function createRefresher(hook: OnUnauthorized | undefined): Refresher {
  let renewals = 0;
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

  const ask = async (error: SluiceError): Promise<SluiceError | undefined> => {
    try {
      if ((await callHook(error)) === false) return error;
      renewals++;
      return undefined;
    } catch (cause) {
      return new SluiceError("unauthorized", { message: error.message, cause });
    } finally {
      underWay = undefined;
    }
  };

  return {
    mark: () => (isInHook ? ofHook : renewals),
    async refresh(error, mark) {
      if (!hook || mark === ofHook) return error;
      if (mark !== renewals) return undefined; // renewed since the request was sent
      underWay ??= ask(error);
      return underWay;
    },
  };
}
