import { shown } from "@sluice/contract/internal";

/** Like `shown`, but names a promise: it was forgotten to wait for it, or the function must not be asynchronous. */
export const described = (value: unknown): string => (isThenable(value) ? "a Promise" : shown(value));

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

/** To be called with a value that is refused. If it is a promise, its rejection must not end the process. */
export function dropped(value: unknown): void {
  if (isThenable(value)) Promise.resolve(value).catch(() => {});
}

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
      throw new RangeError(`${name} is ${shown(value)}; allowed are whole ${unit} ${allowed}.`);
  }
}
