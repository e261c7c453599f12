import { contract } from "../shared/contract.ts";
import { s } from "./implementer.ts";
import type { Replay } from "./replay.ts";

export function prices(replay: Replay) {
  return {
    // The signal aborts when the subscriber has left for any reason.
    ticks: s.prices.ticks
      .use(({ input, signal, next }) => {
        replay.watch(input.symbol, signal);
        return next();
      })
      .live(),

    rate: s.prices.rate.live(),

    // The server that publishes the ticks follows the rate like any client.
    setRate: s.prices.setRate.handler(async ({ input, topic }) => {
      await topic(contract.prices.rate).publish({ type: "changed", data: input });
    }),
  };
}
