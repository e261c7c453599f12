/**
 * The seeds of a test: `SEED` gives one, `RUNS` their number, and `FROM` a number to add to them.
 *
 * @param long how many there are beside the tests of lanes. Default: as many.
 */
export function seedsOf(count: number, { long = count } = {}): readonly number[] {
  const { SEED, SLUICE_LANES, RUNS = SLUICE_LANES ? long : count, FROM = 0 } = process.env;
  if (SEED !== undefined) return [Number(SEED)];
  return Array.from({ length: Number(RUNS) }, (_, i) => i + 1 + Number(FROM));
}

/**
 * Servers on a real store run in its time, so a seed gives the same actions, and not the same run: one that fails is run twice more. The
 * long forms, which search for what is rare, run each once.
 */
export const inRealTime = (timeout: number) => {
  const { SEED, RUNS } = process.env;
  return { timeout, retry: SEED === undefined && RUNS === undefined ? 2 : 0 };
};
