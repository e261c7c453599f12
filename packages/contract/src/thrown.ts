// What is thrown may be anything, also a revoked proxy, or an error whose `message` is a getter that throws. Whoever looks at
// it where nobody catches ends the process, so all looks go through here.

const unspeakable = "something that cannot be looked at";

/** Says whether an error with this name was thrown: by its name, since another copy of a package has classes of its own. */
export function isErrorNamed(thrown: unknown, name: string): thrown is Error {
  try {
    return thrown instanceof Error && thrown.name === name;
  } catch {
    return false;
  }
}

/** What was thrown, in words. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return unspeakable;
  }
}

/** What was thrown, if it is an error that others can look at as they are used to; else an error with it as its cause. */
export function legible(thrown: unknown): Error {
  try {
    const isUsual = thrown instanceof Error && [thrown.name, thrown.message, thrown.stack].every(isText);
    if (isUsual) return thrown;
  } catch {
    // a getter, or a proxy's trap
  }
  return new Error(`Thrown was ${messageOf(thrown)}`, { cause: thrown });
}

/** Prints what was thrown, after a label if there is one; it never throws, whatever that is. */
export function printThrown(thrown: unknown, ...label: string[]): void {
  try {
    console.error(...label, thrown);
  } catch {
    console.error(...label, unspeakable);
  }
}

const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
