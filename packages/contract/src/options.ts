/** All options of an interface, by name. It doesn't compile if an option is missing. */
export type NamesOf<Options> = { readonly [Name in keyof Options]-?: true };

/** Used in the text of an error. */
export interface OptionsPlace {
  /** The place of the names within the options, such as `"retain."`. Default: the options themselves. */
  readonly at?: string;
  /** What each name stands for. Default: `"option"`. */
  readonly kind?: string;
}

/**
 * Refuses options with an unknown name: a typo must not be ignored silently.
 *
 * @param caller the function that takes the options.
 * @throws TypeError naming the unknown option and the options that exist.
 */
export function checkNames<Options>(
  caller: string,
  given: unknown,
  names: NamesOf<Options>,
  { at = "", kind = "option" }: OptionsPlace = {},
): void {
  if (given === undefined) return;
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`${caller}: ${at ? at.slice(0, -1) : "options"} is ${shown(given)}; allowed is an object.`);
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(names, name)) continue;
    throw new TypeError(
      `${caller}: ${at}${name} is not a known ${kind}; known ${kind}s are ${Object.keys(names).join(", ")}.`,
    );
  }
}

/** @throws TypeError if a value is neither a function nor undefined. */
export function checkFunctions(caller: string, given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || typeof value === "function") continue;
    throw new TypeError(`${caller}: ${name} is ${shown(value)}; allowed is a function.`);
  }
}

/** A short text for any value, for use in an error. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "an array" : "an object";
}
