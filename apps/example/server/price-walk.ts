import type { Tick } from "../shared/prices.ts";
import type { Close } from "./data.ts";

const ticksPerMonth = 400;
/** How far ticks stray from the line between the prices of two months: period in ticks, and share of the price. */
const waves = [
  { period: 233, height: 0.05 },
  { period: 61, height: 0.022 },
  { period: 17, height: 0.01 },
  { period: 5, height: 0.004 },
  { period: 1, height: 0.0015 },
];

/** The tick with this number: historical monthly prices, joined by invented ticks, in a loop. The same at every run. */
export function tickAt(history: readonly Close[], seq: number): Tick {
  const step = (seq - 1) % (ticksPerMonth * (history.length - 1));
  const month = Math.floor(step / ticksPerMonth);
  const part = (step % ticksPerMonth) / ticksPerMonth;
  const from = history[month];
  const to = history[month + 1];
  if (!from || !to) throw new RangeError(`There is no tick ${seq} in a history of ${history.length} months.`);
  const stray = waves.reduce((sum, { period, height }) => sum + height * smoothNoise(seq / period), 1);
  return {
    seq,
    price: Math.round(100 * from.price * (to.price / from.price) ** part * stray) / 100,
    at: Math.round(from.at + part * (to.at - from.at)),
  };
}

/** From -1 to 1, without jumps. */
function smoothNoise(x: number): number {
  const whole = Math.floor(x);
  const part = x - whole;
  const ease = part * part * (3 - 2 * part);
  return noise(whole) * (1 - ease) + noise(whole + 1) * ease;
}

/** From -1 to 1, without any pattern: a hash of the number's bits. */
function noise(n: number): number {
  let bits = Math.imul(n ^ (n >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 31 - 1;
}
