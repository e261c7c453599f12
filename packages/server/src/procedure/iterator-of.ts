import { described, dropped } from "../options/check.js";

/**
 * The iterator of what a generator function returned.
 *
 * @param what begins the error text, such as `The source of "prices"`
 * @throws TypeError if there is none.
 */
export function iteratorOf<T>(events: AsyncIterable<T>, what: string): AsyncIterator<T> {
  const given = events as AsyncIterable<T> | null | undefined;
  const iterator = typeof given?.[Symbol.asyncIterator] === "function" ? given[Symbol.asyncIterator]() : undefined;
  if (typeof iterator?.next === "function") return iterator;
  dropped(given);
  throw new TypeError(`${what} returned ${described(given)}; allowed is an async iterable, as of async function*.`);
}
