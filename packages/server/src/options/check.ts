import { shown } from "@sluice/contract";

/** @throws TypeError that names the option, the given value and the allowed values. */
export function checkOneOf(of: string, name: string, given: unknown, allowed: readonly unknown[]): void {
  if (allowed.includes(given)) return;
  throw new TypeError(`${of}: ${name} is ${shown(given)}; allowed are ${allowed.map(shown).join(", ")}.`);
}

/** @throws RangeError that names the option, the given value and the allowed range. */
export function checkWhole(options: Readonly<Record<string, number>>, { min = 1, unit = "numbers" } = {}): void {
  const allowed = `of at least ${min}`;
  for (const [name, value] of Object.entries(options)) {
    if (!(Number.isSafeInteger(value) && value >= min))
      throw new RangeError(`${name} is ${value}; allowed are whole ${unit} ${allowed}.`);
  }
}
