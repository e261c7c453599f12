/** Every option of an interface by name: one that is added there and not here doesn't compile. */
export type NamesOf<Options> = { readonly [Name in keyof Options]-?: true };

/** What is checked, for the sentence that says what is wrong with it. */
export interface OptionsPlace {
  /** Where the names stand within the options, such as `"retain."`. Default: in the options themselves. */
  readonly at?: string;
  /** What the names are names of. Default: `"option"`. */
  readonly kind?: string;
}

/**
 * Refuses options with a name that isn't there: a slip of the pen must not pass for "nothing given".
 *
 * @param of the function whose options they are.
 * @throws TypeError naming the option and those there are.
 */
export function checkNames<Options>(
  of: string,
  given: unknown,
  names: NamesOf<Options>,
  { at = "", kind = "option" }: OptionsPlace = {},
): void {
  if (given === undefined) return;
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`${of}: ${at ? at.slice(0, -1) : "options"} is ${shown(given)}; allowed is an object.`);
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(names, name)) continue;
    throw new TypeError(`${of}: ${at}${name} is no ${kind}; there are ${Object.keys(names).join(", ")}.`);
  }
}

/** @throws TypeError for what is neither a function nor left out. */
export function checkFunctions(of: string, given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || typeof value === "function") continue;
    throw new TypeError(`${of}: ${name} is ${shown(value)}; allowed is a function.`);
  }
}

/** A value as a sentence names it, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "an array" : "an object";
}
