import { dropped, isThenable } from "../options/check.js";

/** Shared: ten thousand streams need no empty object each. */
const noContext = Object.freeze({});

/**
 * A caller's context, of what was given for it.
 *
 * @param whose begins the error text, such as `call: context`
 * @throws TypeError if it is no object: it would have no `expiresAt` and no tags, and so never be revoked.
 */
export function contextOf(given: unknown, whose: string): object {
  if (given === undefined || given === null) return noContext;
  dropped(given);
  if (isThenable(given)) throw new TypeError(`${whose} is a Promise; wait for it.`);
  if (typeof given === "object" || typeof given === "function") return given;
  throw new TypeError(`${whose} is a ${typeof given}; allowed is an object, or undefined.`);
}
