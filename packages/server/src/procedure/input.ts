import { type AnyProcedure, coderOf, encodeInput, SluiceError, ValidationError } from "@sluice/contract";

/**
 * What a procedure's code gets, from what came over the wire.
 *
 * @throws SluiceError `badRequest`, with issues.
 */
export async function parseInput(procedure: AnyProcedure, wire: unknown): Promise<unknown> {
  if (!procedure.input) {
    if (wire === undefined || wire === null || isEmptyObject(wire)) return undefined;
    throw new SluiceError("badRequest", { message: `"${procedure.path}" takes no input` });
  }
  try {
    return await coderOf(procedure.input).decodeAsync(wire);
  } catch (error) {
    throw asBadRequest(error);
  }
}

/** The same, from what a caller in this process passes. */
export async function parseCallerInput(procedure: AnyProcedure, input: unknown): Promise<unknown> {
  if (!procedure.input) return parseInput(procedure, input);
  try {
    return await coderOf(procedure.input).decodeAsync(encodeInput(procedure.input, input));
  } catch (error) {
    throw asBadRequest(error);
  }
}

const isEmptyObject = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

function asBadRequest(error: unknown): unknown {
  if (!(error instanceof ValidationError)) return error;
  return new SluiceError("badRequest", { message: `The input is invalid: ${error.message}`, issues: error.issues });
}
