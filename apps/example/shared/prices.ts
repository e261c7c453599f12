import { mutation, subscription } from "@sluice/contract";
import * as z from "zod";

export const symbols = ["AAPL", "AMZN", "GOOG", "IBM", "MSFT", "SP500"] as const;
export const TickerSymbol = z.enum(symbols);
export type TickerSymbol = z.infer<typeof TickerSymbol>;

const PerSecond = z.int().min(1).max(5_000);

export const Tick = z.object({
  /** Counts up by one with every tick of a symbol: a gap shows a lost event. */
  seq: z.int(),
  price: z.number(),
  /** The historical time, in milliseconds since the Unix epoch. */
  at: z.int(),
});
export type Tick = z.infer<typeof Tick>;

export const prices = {
  ticks: subscription({
    input: z.object({ symbol: TickerSymbol }),
    events: { tick: Tick },
    start: { last: 600 },
    onGap: "skip",
  }),
  rate: subscription({
    events: { changed: z.object({ perSecond: PerSecond }) },
    state: {
      schema: z.object({ perSecond: PerSecond }),
      initial: { perSecond: 20 },
      apply: { changed: (_, { perSecond }) => ({ perSecond }) },
    },
  }),
  setRate: mutation({ input: z.object({ perSecond: PerSecond }) }),
};
