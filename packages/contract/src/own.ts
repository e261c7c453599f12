/** A property that the object itself has; `undefined` for what it inherits, such as `toString`, and for none. */
export const own = <Value>(object: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;
