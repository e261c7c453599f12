import type { Tick } from "../../../shared/prices.ts";

/** Maximum number of ticks for the chart. */
export const capacity = 20_000;

export interface TickWindow {
  readonly seq: Float64Array;
  readonly price: Float64Array;
  readonly at: Float64Array;
}

/**
 * The latest ticks, in the format of the chart. The typed arrays are twice as long as needed, so that the visible
 * part is always contiguous and rarely has to move.
 */
export class TickSeries {
  readonly #seq = new Float64Array(2 * capacity);
  readonly #price = new Float64Array(2 * capacity);
  readonly #at = new Float64Array(2 * capacity);
  #end = 0;
  #version = 0;

  /** Changes with every addition. */
  get version(): number {
    return this.#version;
  }

  add({ seq, price, at }: Tick): void {
    if (this.#end === 2 * capacity) this.#shift();
    this.#seq[this.#end] = seq;
    this.#price[this.#end] = price;
    this.#at[this.#end] = at;
    this.#end++;
    this.#version++;
  }

  clear(): void {
    this.#end = 0;
    this.#version++;
  }

  /** The last `count` ticks, without copying them. */
  last(count: number): TickWindow {
    const start = Math.max(0, this.#end - Math.min(count, capacity));
    return {
      seq: this.#seq.subarray(start, this.#end),
      price: this.#price.subarray(start, this.#end),
      at: this.#at.subarray(start, this.#end),
    };
  }

  #shift(): void {
    for (const values of [this.#seq, this.#price, this.#at]) values.copyWithin(0, capacity);
    this.#end = capacity;
  }
}
