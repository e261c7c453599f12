import { isErrorNamed } from "./thrown.js";

/** An object or array that `Object.freeze` makes unchangeable. A `Map`, a `Date` or an instance of a class it doesn't. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/**
 * Freezes plain objects and arrays, at any depth: of what is shared, nobody may change a part.
 *
 * @returns whether something was left that can't be frozen, such as a `Map` or a `Date`.
 */
export function freezeShared(value: unknown): boolean {
  if (!isObject(value)) return false;
  let leftOver = false;
  // What is frozen already may hold what isn't: zod's `readonly()` freezes no deeper than itself.
  const seen = new Set<object>();
  const waiting: object[] = [value];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (!isPlain(next)) {
      leftOver = true;
      continue;
    }
    if (Object.isFrozen(next)) {
      if (seen.has(next)) continue;
      seen.add(next);
    } else {
      Object.freeze(next);
    }
    for (const child of Array.isArray(next) ? next : Object.values(next)) if (isObject(child)) waiting.push(child);
  }
  return leftOver;
}

/**
 * Freezes what a step of a fold has made new. It stops at what is frozen: that came from the state before, or from an event.
 *
 * @param before the state that the step was given. What is the same object in both isn't looked at, so that one new item
 * in a list of thousands costs a comparison for each, and no more.
 * @returns whether something was left that can't be frozen, such as a `Map` or a `Date`.
 */
export function freezeFolded(after: unknown, before: unknown): boolean {
  if (!isObject(after) || after === before) return false;
  let leftOver = false;
  // The state itself is looked into even if its author has frozen it, as deep as `Object.freeze` goes.
  let isRoot = true;
  const waiting: [object, unknown][] = [[after, before]];
  for (let next = waiting.pop(); next; next = waiting.pop(), isRoot = false) {
    const [made, from] = next;
    if (!isPlain(made)) leftOver = true;
    else if (isRoot || !Object.isFrozen(made)) {
      if (Array.isArray(made)) newItems(made, Array.isArray(from) ? from : [], waiting);
      else newMembers(made, isObject(from) ? from : {}, waiting);
      Object.freeze(made);
    }
  }
  return leftOver;
}

/** Follows a list along the one before it, past what was put in, left out or replaced. */
function newItems(made: readonly unknown[], from: readonly unknown[], waiting: [object, unknown][]): void {
  let place = 0;
  // By index: an iterator takes twice as long, and a list may have thousands.
  for (let index = 0; index < made.length; index++) {
    const item = made[index];
    if (item === from[place]) place++;
    else if (item === from[place + 1]) place += 2;
    else if (isObject(item)) waiting.push([item, from[place]]);
  }
}

function newMembers(made: object, from: object, waiting: [object, unknown][]): void {
  for (const key of Object.keys(made)) {
    const [member, old] = [(made as Record<string, unknown>)[key], (from as Record<string, unknown>)[key]];
    if (member !== old && isObject(member)) waiting.push([member, old]);
  }
}

/** Says whether an error is what an engine throws at code that changes something frozen. */
export const isFrozenError = (error: unknown): boolean =>
  isErrorNamed(error, "TypeError") &&
  /read.?only|not extensible|non-(configurable|writable)|(delete|redefine) property/i.test(error.message);
