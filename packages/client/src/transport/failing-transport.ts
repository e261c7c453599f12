import type { SluiceError } from "@sluice/contract";
import { closedConnection } from "./connection-state.js";
import type { Transport } from "./transport.js";

/** For a subscription that can't be requested, as with an invalid input: lanes fail without sending anything. */
export const failingTransport = (error: SluiceError, now: number): Transport => ({
  lane(_, { changed, over }) {
    let timer: ReturnType<typeof setTimeout>;
    return {
      open() {
        changed({ ...closedConnection(now), error });
        timer = setTimeout(() => over(error));
      },
      nudge() {},
      close: () => clearTimeout(timer),
    };
  },
});
