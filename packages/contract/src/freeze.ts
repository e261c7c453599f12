import { isErrorNamed } from "./thrown.js";

/** True if `Object.freeze` makes the value immutable. It doesn't for a `Map`, a `Date` or an instance of a class. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/**
 * Freezes plain objects and arrays at any depth, because the value is shared.
 *
 * @returns true if the value contains something that can't be frozen, such as a `Map` or a `Date`.
 */
export function freezeShared(value: unknown): boolean {
  if (!isObject(value)) return false;
  let hasUnfrozen = false;
  // A frozen object may contain objects that are not frozen: zod's `readonly()` freezes one level only.
  const seen = new Set<object>();
  const queue: object[] = [value];
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (!isPlain(next)) {
      hasUnfrozen = true;
      continue;
    }
    if (Object.isFrozen(next)) {
      if (seen.has(next)) continue;
      seen.add(next);
    } else {
      Object.freeze(next);
    }
    for (const child of Array.isArray(next) ? next : Object.values(next)) if (isObject(child)) queue.push(child);
  }
  return hasUnfrozen;
}

/**
 * Freezes what a step of a fold created. It stops at frozen objects: they came from the state before or from an
 * event.
 *
 * @param before the state before the step. Objects that are identical in both states are skipped, so adding an item
 * to a list of thousands costs one comparison per item.
 * @returns true if the value contains something that can't be frozen, such as a `Map` or a `Date`.
 */
export function freezeFolded(after: unknown, before: unknown): boolean {
  if (!isObject(after) || after === before) return false;
  let hasUnfrozen = false;
  // Visit the state itself even if `apply` has frozen it: `Object.freeze` freezes one level only.
  let isRoot = true;
  const queue: [object, unknown][] = [[after, before]];
  for (let next = queue.pop(); next; next = queue.pop(), isRoot = false) {
    const [made, from] = next;
    if (!isPlain(made)) hasUnfrozen = true;
    else if (isRoot || !Object.isFrozen(made)) {
      if (Array.isArray(made)) newItems(made, Array.isArray(from) ? from : [], queue);
      else newMembers(made, isObject(from) ? from : {}, queue);
      Object.freeze(made);
    }
  }
  return hasUnfrozen;
}

/** Compares a list with the one before it and skips items that were inserted, removed or replaced. */
function newItems(made: readonly unknown[], from: readonly unknown[], queue: [object, unknown][]): void {
  let place = 0;
  // A loop by index: an iterator takes twice as long, and a list may have thousands of items.
  for (let index = 0; index < made.length; index++) {
    const item = made[index];
    if (item === from[place]) place++;
    else if (item === from[place + 1]) place += 2;
    else if (isObject(item)) queue.push([item, from[place]]);
  }
}

function newMembers(made: object, from: object, queue: [object, unknown][]): void {
  for (const key of Object.keys(made)) {
    const [member, old] = [(made as Record<string, unknown>)[key], (from as Record<string, unknown>)[key]];
    if (member !== old && isObject(member)) queue.push([member, old]);
  }
}

/** True if the error is what a JavaScript engine throws when code changes a frozen object. */
export const isFrozenError = (error: unknown): boolean =>
  isErrorNamed(error, "TypeError") &&
  /read.?only|not extensible|non-(configurable|writable)|(delete|redefine) property/i.test(error.message);
