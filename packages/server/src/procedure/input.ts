import {
  type AnyProcedure,
  coderOf,
  encodeInput,
  isErrorNamed,
  messageOf,
  SluiceError,
  type ValidationError,
} from "@sluice/contract";

/**
 * What a procedure's code gets, from what came over the wire.
 *
 * @param onThrown told of what a schema's own code throws at the input, which is not for the client.
 * @throws SluiceError `badRequest`, with issues; or the one that a schema's own code throws, such as `unavailable` where it
 * can't look something up.
 */
export async function parseInput(
  procedure: AnyProcedure,
  wire: unknown,
  onThrown: (error: unknown) => void = () => {},
): Promise<unknown> {
  if (!procedure.input) {
    if (wire === undefined || wire === null || isEmptyObject(wire)) return undefined;
    throw new SluiceError("badRequest", { message: `"${procedure.path}" takes no input` });
  }
  try {
    return await coderOf(procedure.input).decodeAsync(wire);
  } catch (error) {
    throw asBadRequest(error, onThrown);
  }
}

/** The same, from what a caller in this process passes. */
export async function parseCallerInput(procedure: AnyProcedure, input: unknown): Promise<unknown> {
  if (!procedure.input) return parseInput(procedure, input);
  try {
    return await coderOf(procedure.input).decodeAsync(encodeInput(procedure.input, input));
  } catch (error) {
    throw asBadRequest(error, () => {}); // the caller gets it as the cause
  }
}

const isEmptyObject = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/** Codecs and checks are written for good input: what they throw says that this is none, in words that are not for clients. */
function asBadRequest(error: unknown, onThrown: (error: unknown) => void): SluiceError {
  if (isValidationError(error)) {
    return new SluiceError("badRequest", { message: `The input is invalid: ${error.message}`, issues: error.issues });
  }
  if (SluiceError.is(error)) return error;
  if (!isOverflow(error)) onThrown(error);
  const issues = [{ message: "invalid", path: [] }];
  return new SluiceError("badRequest", { message: "The input is invalid", issues, cause: error });
}

const isValidationError = (error: unknown): error is ValidationError => isErrorNamed(error, "ValidationError");

/** Zod hands all issues of an array on as arguments: of more than a hundred thousand, the stack overflows. No mistake of anybody's. */
const isOverflow = (error: unknown): boolean =>
  isErrorNamed(error, "RangeError") && messageOf(error).includes("call stack");
