/** The given numbers, and the defaults of those that are left out. */
export function limits<T extends object>(name: string, defaults: T, given: Partial<T> = {}): T {
  checkNames(name, given, defaults);
  const merged = { ...defaults };
  for (const key of Object.keys(defaults) as (keyof T & string)[]) {
    merged[key] = given[key] ?? defaults[key];
    checkLimit(`${name}.${key}`, merged[key]);
  }
  return merged;
}

export function checkNames(at: string, given: object, names: object): void {
  checkObject(at || "options", given);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(names, name)) continue;
    const there = Object.keys(names).join(", ");
    throw new TypeError(`memoryLog: ${at && `${at}.`}${name} is not a known option; known options are ${there}.`);
  }
}

function checkObject(name: string, given: unknown): void {
  if (typeof given !== "object" || given === null) fail(TypeError, name, given, "an object");
}

export function checkLimit(name: string, given: unknown): void {
  const allowed = "a whole number of at least 1, or Infinity";
  if (typeof given !== "number") fail(TypeError, name, given, allowed);
  if (given !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(given) && given >= 1)) {
    fail(RangeError, name, given, allowed);
  }
}

export function fail(Kind: ErrorConstructor, name: string, given: unknown, allowed: string): never {
  const shown = typeof given === "string" ? JSON.stringify(given) : String(given);
  throw new Kind(`memoryLog: ${name} must be ${allowed}; got ${shown}`);
}
