export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summarise(figures: readonly number[]): Summary {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  const median = sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
  return { median, min: sorted[0] as number, max: sorted.at(-1) as number };
}

/** Compares figures of the same round, so that a common disturbance cancels out. */
export const ratios = (figures: readonly number[], baseline: readonly number[]): number[] =>
  figures.map((figure, round) => figure / (baseline[round] as number));
