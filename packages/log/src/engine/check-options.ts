/** Checks of an engine's options. An error names the function that got them, the option, its value and what is allowed. */
export interface OptionChecks {
  /** The given numbers, and the defaults of those that are left out. */
  limits<T extends object>(name: string, defaults: T, given?: Partial<T>): T;
  /** @param at The option whose members these are. Empty: the options themselves. */
  names(at: string, given: object, names: object): void;
  limit(name: string, given: unknown): void;
  fail(Kind: ErrorConstructor, name: string, given: unknown, allowed: string): never;
}

/** @param maker The function that makes the engine, for example `memoryLog`. */
export function optionChecks(maker: string): OptionChecks {
  function fail(Kind: ErrorConstructor, name: string, given: unknown, allowed: string): never {
    const shown = typeof given === "string" ? JSON.stringify(given) : String(given);
    throw new Kind(`${maker}: ${name} must be ${allowed}; got ${shown}`);
  }

  function names(at: string, given: object, known: object): void {
    if (typeof given !== "object" || given === null) fail(TypeError, at || "options", given, "an object");
    for (const name of Object.keys(given)) {
      if (Object.hasOwn(known, name)) continue;
      const there = Object.keys(known).join(", ");
      throw new TypeError(`${maker}: ${at && `${at}.`}${name} is not a known option; known options are ${there}.`);
    }
  }

  function limit(name: string, given: unknown): void {
    const allowed = "a whole number of at least 1, or Infinity";
    if (typeof given !== "number") fail(TypeError, name, given, allowed);
    if (given !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(given) && given >= 1)) {
      fail(RangeError, name, given, allowed);
    }
  }

  return {
    limits<T extends object>(name: string, defaults: T, given: Partial<T> = {}): T {
      names(name, given, defaults);
      const merged = { ...defaults };
      for (const key of Object.keys(defaults) as (keyof T & string)[]) {
        merged[key] = given[key] ?? defaults[key];
        limit(`${name}.${key}`, merged[key]);
      }
      return merged;
    },
    names,
    limit,
    fail,
  };
}
