import { type AnyProcedure, SluiceError } from "@sluice/contract";
import { encodeTarget } from "../wire/target.js";
import type { ViewName } from "./view.js";

/** Where a client's procedure is cached. A prefix of every key of it, fit for `invalidateQueries`. */
export type ProcedureKey = readonly ["sluice", clientId: string, path: string];

/** Where a query is cached: the procedure's key, and the input in wire form. */
export type CallKey = readonly ["sluice", clientId: string, path: string, ...input: unknown[]];

/** Where a view of a subscription is cached: the procedure's key, the input in wire form, and the view's name. */
export type ViewKey = readonly ["sluice", clientId: string, path: string, ...inputAndView: unknown[]];

interface Keyed {
  readonly clientId: string;
  readonly procedure: AnyProcedure;
}

export const procedureKey = ({ clientId, procedure }: Keyed): ProcedureKey => ["sluice", clientId, procedure.path];

export const callKey = (keyed: Keyed, input: unknown): CallKey => inputKey(keyed, input, []);

export const viewKey = (keyed: Keyed, input: unknown, view: ViewName): ViewKey => inputKey(keyed, input, [view]);

/**
 * The wire form makes keys that JSON can carry (an input may hold a Date) and that are equal for inputs that the server
 * takes for equal. An input that has none is known by what is wrong with it, where no input can stand.
 */
function inputKey(keyed: Keyed, input: unknown, rest: readonly unknown[]): CallKey {
  try {
    return [...procedureKey(keyed), encodeTarget(keyed.procedure, input).input ?? null, ...rest];
  } catch (error) {
    return [...procedureKey(keyed), null, ...rest, { failed: SluiceError.from(error).message }];
  }
}
