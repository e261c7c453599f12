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

    setRate: s.prices.setRate.handler(async ({ input, publish }) => {
      replay.rate = input.perSecond;
      await publish(contract.prices.rate, undefined, { type: "changed", data: input });
    }),
  };
}
