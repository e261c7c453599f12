import { SluiceError } from "@sluice/contract";

/** What renews credentials after a 401. Throwing, rejecting or `false` says that it could not. */
export type OnUnauthorized = (error: SluiceError) => unknown;

/** The refresh hook, asked once for any number of requests that fail with the same credentials. */
export interface Refresher {
  /** Names the credentials that a request which starts now is sent with. */
  mark(): number;
  /** Resolves with nothing if a request with this mark may be tried again, or with the error to end with. */
  refresh(error: SluiceError, mark: number): Promise<SluiceError | undefined>;
}

/** Of what the hook itself asks, as with a refresh token: it can't wait for the hook. */
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
      if (mark !== renewals) return undefined; // renewed while that request was on its way
      underWay ??= ask(error);
      return underWay;
    },
  };
}
