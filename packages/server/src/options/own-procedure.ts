import { type AnyProcedure, isProcedure } from "@sluice/contract";

/**
 * The procedure of `all` that a caller means, whichever evaluation of the contract's module the caller has it from: a bundler may run
 * one module several times in a process, and the procedures of each are other objects. They are matched by path, kind and event names.
 *
 * @param given what was passed as `what`, such as "publish() takes a subscription"
 * @throws TypeError for what is none of them, or another contract's at the same path.
 */
export function ownOf<P extends AnyProcedure>(all: ReadonlyMap<string, AnyProcedure>, given: P, what: string): P {
  const own = all.get(given?.path);
  const difference = own && differenceOf(own, given);
  if (own && difference === undefined) return own as P;
  const why = own ? `: it is another contract's, with ${difference}` : "";
  throw new TypeError(`${what} of this contract; "${given?.path}" is none${why}.`);
}

/** What tells two procedures at one path apart; `undefined` if they are the same as far as can be seen. */
export function differenceOf(own: AnyProcedure, given: AnyProcedure): string | undefined {
  if (own === given) return undefined;
  if (!isProcedure(given)) return "nothing that defineContract() has made";
  if (own.kind !== given.kind) return `the kind ${given.kind} instead of ${own.kind}`;
  const [there, here] = [eventsOf(given), eventsOf(own)];
  return there === here ? undefined : `the events ${there} instead of ${here}`;
}

const eventsOf = (procedure: AnyProcedure): string =>
  procedure.kind === "subscription" ? Object.keys(procedure.events).sort().join(", ") : "";

/** The procedures of a contract by their paths. */
export const byPath = (procedures: Iterable<AnyProcedure>): ReadonlyMap<string, AnyProcedure> =>
  new Map(Array.from(procedures, (procedure) => [procedure.path, procedure]));
