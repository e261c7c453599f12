import * as z from "zod";

export const Side = z.enum(["home", "away"]);
export type Side = z.infer<typeof Side>;

export const Minute = z.int().min(1).max(120);

export const Goal = z.object({ id: z.string(), side: Side, minute: Minute });
export type Goal = z.infer<typeof Goal>;

export const Fixture = z.object({
  id: z.string(),
  home: z.string(),
  away: z.string(),
  /** How it ended in history. */
  result: z.object({ home: z.int(), away: z.int() }),
});
export type Fixture = z.infer<typeof Fixture>;

export const Match = Fixture.extend({ over: z.boolean(), goals: z.array(Goal) });
export type Match = z.infer<typeof Match>;

/** `duplicate` says that it had been counted before. */
export const Receipt = z.object({ cursor: z.string(), duplicate: z.boolean() });

export const symbols = ["AAPL", "AMZN", "GOOG", "IBM", "MSFT", "SP500"] as const;
export const TickerSymbol = z.enum(symbols);
export type TickerSymbol = z.infer<typeof TickerSymbol>;

export const PerSecond = z.int().min(1).max(5_000);

export const Tick = z.object({
  /** Counts up by one with every tick of a symbol: a hole in it is an event that was lost. */
  seq: z.int(),
  price: z.number(),
  /** The moment in history, in milliseconds since the Unix epoch. */
  at: z.int(),
});
export type Tick = z.infer<typeof Tick>;
