import type { Tick } from "../../../shared/prices.ts";

/** The figures at one moment. */
export interface TallyView {
  readonly applied: number;
  /** Numbers that were skipped without a reset. */
  readonly missing: number;
  /** Numbers that were received before. */
  readonly doubled: number;
  /** Resets that the server sent. */
  readonly resets: number;
  /** Ticks applied within the last second. */
  readonly perSecond: number;
  readonly lastSeq: number;
}

/**
 * Counts ticks and checks their numbers: after a reset it starts again, otherwise each number must follow the one
 * before.
 */
export class TickTally {
  last: Tick | undefined;
  #applied = 0;
  #missing = 0;
  #doubled = 0;
  #resets = 0;
  #expected: number | undefined;
  readonly #samples: { readonly at: number; readonly applied: number }[] = [];

  add(tick: Tick): void {
    const expected = this.#expected ?? tick.seq;
    this.#applied++;
    if (tick.seq < expected) {
      this.#doubled++;
      return;
    }
    this.#missing += tick.seq - expected;
    this.#expected = tick.seq + 1;
    this.last = tick;
  }

  reset(): void {
    this.#resets++;
    this.#expected = undefined;
  }

  /** @param now milliseconds of a monotonic clock. */
  view(now: number): TallyView {
    const samples = this.#samples;
    samples.push({ at: now, applied: this.#applied });
    while (samples[1] && now - samples[1].at >= 1_000) samples.shift();
    const { at, applied } = samples[0] ?? { at: now, applied: this.#applied };
    return {
      applied: this.#applied,
      missing: this.#missing,
      doubled: this.#doubled,
      resets: this.#resets,
      perSecond: Math.round((1_000 * (this.#applied - applied)) / Math.max(1_000, now - at)),
      lastSeq: this.last?.seq ?? 0,
    };
  }
}
