import type { AnyProcedure } from "@sluice/contract";
import { isProcedure, shown } from "@sluice/contract/internal";

/**
 * Finds the procedure of `all` that a caller means. The caller may hold it from another evaluation of the contract's
 * module: a bundler can run one module several times in a process, and each run makes new objects. So procedures are
 * matched by path, kind and event names.
 *
 * @param what begins the error text, such as "publish() takes a subscription"
 * @throws TypeError if no procedure has this path, or the one that has it differs.
 */
export function ownOf<P extends AnyProcedure>(all: ReadonlyMap<string, AnyProcedure>, given: P, what: string): P {
  if (typeof given !== "object" || given === null || typeof given.path !== "string") {
    const write =
      typeof given === "string" && all.has(given) ? `; write contract.${(given as string).replaceAll("/", ".")}` : "";
    throw new TypeError(`${what} of this contract, as defineContract() made it, not ${shown(given)}${write}.`);
  }
  const own = all.get(given.path);
  const difference = own && differenceOf(own, given);
  if (own && difference === undefined) return own as P;
  const why = own ? `: it belongs to another contract, with ${difference}` : "";
  throw new TypeError(`${what} of this contract; "${given.path}" is not one${why}.`);
}

/** The difference between two procedures at one path; `undefined` if none is visible. */
export function differenceOf(own: AnyProcedure, given: AnyProcedure): string | undefined {
  if (own === given) return undefined;
  if (!isProcedure(given)) return "an object that defineContract() did not make";
  if (own.kind !== given.kind) return `the kind ${given.kind} instead of ${own.kind}`;
  const [there, here] = [eventsOf(given), eventsOf(own)];
  return there === here ? undefined : `the events ${there} instead of ${here}`;
}

const eventsOf = (procedure: AnyProcedure): string =>
  procedure.kind === "subscription" ? Object.keys(procedure.events).sort().join(", ") : "";

/** A contract's procedures, by path. */
export const byPath = (procedures: Iterable<AnyProcedure>): ReadonlyMap<string, AnyProcedure> =>
  new Map(Array.from(procedures, (procedure) => [procedure.path, procedure]));
