import { shortName } from "@sluice/contract/internal";
import { described, dropped, isThenable } from "../options/check.js";

/**
 * The client's name, bounded, of what `identify` gave.
 *
 * @throws TypeError if that is no name: the limits per client would count something else, or nothing.
 */
export function clientName(given: unknown): string | undefined {
  if (given === undefined || given === "") return given;
  if (typeof given === "string") return shortName(given);
  const allowed = "allowed is a string, or undefined";
  if (!isThenable(given)) throw new TypeError(`identify gave ${described(given)}; ${allowed}.`);
  dropped(given);
  throw new TypeError(`identify gave a Promise; ${allowed}. Wait for it in context, which identify gets.`);
}
