import { type AnyProcedure, type AnySubscription, SluiceError, type ValidationError } from "@sluice/contract";
import { coderOf, encodeInput, isErrorNamed, messageOf } from "@sluice/contract/internal";

/**
 * Parses and decodes the input that arrived over the wire.
 *
 * @param onThrown called with an error that a schema's own code throws, which the client must not see
 * @throws SluiceError `badRequest`, with issues; or a SluiceError that the schema's code throws, such as `unavailable`
 * if a lookup fails.
 */
export async function parseInput(
  procedure: AnyProcedure,
  wire: unknown,
  onThrown: (error: unknown) => void = () => {},
): Promise<unknown> {
  if (!procedure.input) return assertNone(procedure, wire);
  try {
    return await coderOf(procedure.input).decodeAsync(wire);
  } catch (error) {
    throw asBadRequest(error, onThrown);
  }
}

/** Like `parseInput`, for an input from a caller in this process. */
export async function parseCallerInput(procedure: AnyProcedure, input: unknown): Promise<unknown> {
  if (!procedure.input) return parseInput(procedure, input);
  try {
    return await coderOf(procedure.input).decodeAsync(encodeInput(procedure.input, input));
  } catch (error) {
    throw asBadRequest(error, () => {}); // the caller gets it as the cause
  }
}

/** Like `parseCallerInput`, for a subscription: its input is never checked asynchronously. */
export function decodeCallerInput(procedure: AnySubscription, input: unknown): unknown {
  if (!procedure.input) return assertNone(procedure, input);
  try {
    return coderOf(procedure.input).decode(encodeInput(procedure.input, input));
  } catch (error) {
    throw asBadRequest(error, () => {}); // the caller gets it as the cause
  }
}

function assertNone({ path }: AnyProcedure, input: unknown): undefined {
  if (input === undefined || input === null || isEmptyObject(input)) return undefined;
  throw new SluiceError("badRequest", { message: `"${path}" takes no input` });
}

const isEmptyObject = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/**
 * Codecs and checks expect good input. An error that they throw means that the input is invalid, and its text is not
 * for clients.
 */
export function asBadRequest(error: unknown, onThrown: (error: unknown) => void): SluiceError {
  if (isValidationError(error)) {
    return new SluiceError("badRequest", { message: `The input is invalid: ${error.message}`, issues: error.issues });
  }
  if (SluiceError.is(error)) return error;
  if (!isOverflow(error)) onThrown(error);
  const issues = [{ message: "invalid", path: [] }];
  return new SluiceError("badRequest", { message: "The input is invalid", issues, cause: error });
}

const isValidationError = (error: unknown): error is ValidationError => isErrorNamed(error, "ValidationError");

/**
 * Zod passes the issues of an array as arguments, so more than about 100,000 overflow the stack. That is not a fault of
 * the schema's code.
 */
const isOverflow = (error: unknown): boolean =>
  isErrorNamed(error, "RangeError") && messageOf(error).includes("call stack");
