import type { SluiceError } from "@sluice/contract";
import type { Transport } from "../transport/transport.js";

/** For a subscription that can't even be asked for, as with an input that doesn't fit: its lanes fail, and nothing is sent. */
export const failingTransport = (error: SluiceError, now: number): Transport => ({
  lane(_, { changed, over }) {
    let timer: ReturnType<typeof setTimeout>;
    return {
      open() {
        changed({ state: "closed", attempt: 0, since: now, error, cursor: () => undefined });
        timer = setTimeout(() => over(error));
      },
      nudge() {},
      close: () => clearTimeout(timer),
    };
  },
});
