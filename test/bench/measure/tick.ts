import * as z from "zod";

/** The event of every job: 200 bytes as JSON, whatever its number. */
export const Tick = z.object({
  seq: z.int(),
  symbol: z.string(),
  venue: z.string(),
  bid: z.number(),
  ask: z.number(),
  size: z.int(),
  at: z.string(),
  note: z.string(),
});
export type Tick = z.infer<typeof Tick>;

/** Numbers start here, so that all have the same length and the load client finds them by `"seq":1`. */
export const firstSeq = 1_000_000;

const bytes = 200;
const padding = "x".repeat(bytes - JSON.stringify(tickWith("", 0)).length);

export const tick = (index: number): Tick => tickWith(padding, index);

export function* ticks(count: number): Generator<Tick> {
  for (let index = 0; index < count; index++) yield tick(index);
}

const stampDigits = 24;

/** Nanoseconds since the machine's start, which all its processes agree on, in the place and the length of `at`. */
export const stampNow = (): string => `${process.hrtime.bigint()}`.padStart(stampDigits, "0");

/** Milliseconds since each stamp in a text of events. */
export const delaysIn = (text: string): number[] =>
  [...text.matchAll(/"at":"(\d{24})"/g)].map(([, stamp]) => Number(process.hrtime.bigint() - BigInt(stamp ?? 0)) / 1e6);

function tickWith(note: string, index: number): Tick {
  return {
    seq: firstSeq + index,
    symbol: "ACME",
    venue: "XNAS",
    bid: 101.25,
    ask: 101.27,
    size: 400,
    at: "2026-01-01T00:00:00.000Z",
    note,
  };
}
