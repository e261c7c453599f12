/** From -1 to 1, the same for the same `x`, and nowhere a jump. */
export const waves = (x: number): number =>
  0.6 * Math.sin(x) + 0.3 * Math.sin(2.7 * x + 1) + 0.1 * Math.sin(7.3 * x + 2);
