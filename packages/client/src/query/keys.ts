import { type AnyProcedure, SluiceError } from "@sluice/contract";
import { encodeTarget } from "../wire/target.js";
import type { ViewName } from "./view.js";

/** Prefix of all query keys of a client's procedure, for `invalidateQueries`. */
export type ProcedureKey = readonly ["sluice", clientId: string, path: string];

/** Key of a query: the procedure's key, and the input in wire form. */
export type CallKey = readonly ["sluice", clientId: string, path: string, ...input: unknown[]];

/** Key of a view: the procedure's key, the input in wire form, and the view's name. */
export type ViewKey = readonly ["sluice", clientId: string, path: string, ...inputAndView: unknown[]];

interface Keyed {
  readonly clientId: string;
  readonly procedure: AnyProcedure;
}

export const procedureKey = ({ clientId, procedure }: Keyed): ProcedureKey => ["sluice", clientId, procedure.path];

export const callKey = (keyed: Keyed, input: unknown): CallKey => inputKey(keyed, input, []);

export const viewKey = (keyed: Keyed, input: unknown, view: ViewName): ViewKey => inputKey(keyed, input, [view]);

/**
 * The wire form makes keys serialisable (an input may hold a Date), and equal for inputs that are equal to the server.
 * The key of an invalid input has the error in its place.
 */
function inputKey(keyed: Keyed, input: unknown, rest: readonly unknown[]): CallKey {
  try {
    return [...procedureKey(keyed), encodeTarget(keyed.procedure, input).input ?? null, ...rest];
  } catch (error) {
    return [...procedureKey(keyed), null, ...rest, { failed: SluiceError.from(error).message }];
  }
}
