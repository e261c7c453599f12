import type { AnyProcedure, ContractTree } from "@sluice/contract";
import { isProcedure, proceduresOf, shown } from "@sluice/contract/internal";

type Kind = AnyProcedure["kind"];

/** A contract's procedures, by path. */
export type Procedures = ReadonlyMap<string, AnyProcedure>;

/** @throws TypeError for what is no contract, or one of nothing. */
export function proceduresByPath(contract: ContractTree, caller: string): Procedures {
  const isTree = typeof contract === "object" && contract !== null;
  const procedures = isTree ? [...proceduresOf(contract)] : [];
  if (procedures.length === 0) {
    throw new TypeError(`${caller} takes a contract with procedures, not ${shown(contract)}.`);
  }
  return new Map(procedures.map((procedure) => [procedure.path, procedure]));
}

/**
 * The contract's own procedure. Matched by path and kind: a test runner may evaluate a contract's module more than once.
 *
 * @throws TypeError that names what was given, and what there is.
 */
export function ownProcedure<K extends Kind>(
  procedures: Procedures,
  given: unknown,
  { caller, kinds }: { readonly caller: string; readonly kinds: readonly K[] },
): Extract<AnyProcedure, { kind: K }> {
  const path = pathOf(given);
  const own = path === undefined ? undefined : procedures.get(path);
  if (own && (kinds as readonly Kind[]).includes(own.kind)) return own as Extract<AnyProcedure, { kind: K }>;
  const wanted = `a ${kinds.join(" or ")} of the contract`;
  const there = [...procedures.values()].filter(({ kind }) => (kinds as readonly Kind[]).includes(kind));
  const allowed = there.map((procedure) => `contract.${procedure.path.replaceAll("/", ".")}`).join(", ") || "none";
  throw new TypeError(`${caller} takes ${wanted}, not ${describe(given, path, own)}; there are ${allowed}.`);
}

const pathOf = (given: unknown): string | undefined =>
  typeof given === "object" && given !== null && isProcedure(given as never) ? (given as AnyProcedure).path : undefined;

const describe = (given: unknown, path: string | undefined, own: AnyProcedure | undefined): string => {
  if (own) return `the ${own.kind} "${path}"`;
  return path === undefined ? shown(given) : `"${path}", which it doesn't have`;
};
