// Any value can be thrown, including a revoked proxy or an error whose `message` getter throws. Reading such a value
// outside a `try` would end the process, so all code reads thrown values through these functions.

const unreadableValue = "a value that cannot be read";

/**
 * True if an error with this name was thrown. It compares names, because another copy of a package has its own
 * classes.
 */
export function isErrorNamed(thrown: unknown, name: string): thrown is Error {
  try {
    return thrown instanceof Error && thrown.name === name;
  } catch {
    return false;
  }
}

/** The text of a thrown value. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return unreadableValue;
  }
}

/**
 * Returns the thrown value if it is an error whose name, message and stack are safe to read. Otherwise it returns a
 * new error with the thrown value as its cause.
 */
export function legible(thrown: unknown): Error {
  try {
    const isReadable = thrown instanceof Error && [thrown.name, thrown.message, thrown.stack].every(isText);
    if (isReadable) return thrown;
  } catch {
    // a getter or a proxy trap threw
  }
  return new Error(`A value that is not a readable Error was thrown: ${messageOf(thrown)}`, { cause: thrown });
}

/** Prints a thrown value, after a label if there is one. It never throws. */
export function printThrown(thrown: unknown, ...label: string[]): void {
  try {
    console.error(...label, thrown);
  } catch {
    console.error(...label, unreadableValue);
  }
}

const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
