import { shown } from "@sluice/contract";

/** @throws TypeError naming the option, what was given and what is allowed. */
export function checkOneOf(of: string, name: string, given: unknown, allowed: readonly unknown[]): void {
  if (allowed.includes(given)) return;
  throw new TypeError(`${of}: ${name} is ${shown(given)}; allowed are ${allowed.map(shown).join(", ")}.`);
}

/** @throws RangeError naming the option, what was given and what is allowed. */
export function checkWhole(options: Readonly<Record<string, number>>, { least = 1, unit = "numbers" } = {}): void {
  const allowed = least === 1 ? "above 0" : `from ${least} on`;
  for (const [name, value] of Object.entries(options)) {
    if (!(Number.isSafeInteger(value) && value >= least))
      throw new RangeError(`${name} is ${value}; allowed are whole ${unit} ${allowed}.`);
  }
}
