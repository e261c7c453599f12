import type { AnySubscription, SluiceError } from "@sluice/contract";
import { guarded } from "../platform/report.js";
import type { Connection } from "../transport/connection-state.js";
import type { SharedSubscription } from "./shared-subscription.js";
import { handlersOf } from "./subscribers.js";

/** A subscription that cannot even be asked for, as with an input that doesn't fit: everybody is told so, nothing is sent. */
export function createFailedSubscription(
  key: string,
  error: SluiceError,
  now: number,
): SharedSubscription<AnySubscription> {
  const connection: Connection = { state: "closed", attempt: 0, since: now, error, cursor: () => undefined };
  return {
    key,
    connection,
    state: { known: false },
    error: error as never,
    ended: false,
    subscribe(given) {
      if (given.signal?.aborted) return () => {};
      const { onConnection, onError } = handlersOf(given);
      let isActive = true;
      guarded(onConnection, connection);
      setTimeout(() => {
        if (isActive && !given.signal?.aborted) guarded(onError, error);
      });
      return () => {
        isActive = false;
      };
    },
    resync: () => Promise.reject(error),
  };
}
