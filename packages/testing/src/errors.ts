import { type AnyProcedure, type DeclaredErrors, type ErrorDefinition, SluiceError } from "@sluice/contract";
import { encodeJson, messageOf, own, retryOf, shown } from "@sluice/contract/internal";
import type { RaisableCode } from "@sluice/server";
import { builtInError } from "./refusals.js";

type CodesWithoutData<Errors> = {
  [Code in keyof Errors & string]: Errors[Code] extends { readonly data: unknown } ? never : Code;
}[keyof Errors & string];

/**
 * An error that a procedure may raise: the code of a built-in one, that of a declared one without data, or
 * `new SluiceError(code, { data })`.
 */
export type ErrorFor<P extends AnyProcedure, Code extends string = RaisableCode> =
  | Code
  | CodesWithoutData<P["errors"]>
  | SluiceError<Code>
  | DeclaredErrors<P["errors"]>;

/** Codes with which a subscription is over for good, or, for `unauthorized`, until its credentials are renewed. */
export type EndingCode = Exclude<RaisableCode, "internal" | "unavailable" | "tooManyRequests">;

/** @throws TypeError for a code that the procedure can't raise, or data that doesn't fit. */
export function errorOf(procedure: AnyProcedure, given: string | SluiceError, caller: string): SluiceError {
  const code = SluiceError.is(given) ? given.code : given;
  const definition = typeof code === "string" ? own<ErrorDefinition>(procedure.errors, code) : undefined;
  if (!definition) return builtInFor(procedure, given, caller);
  const { status = 422, data: schema } = definition;
  const { message, data, retryAfter } = SluiceError.is(given) ? given : new SluiceError(code);
  try {
    if (schema) encodeJson(schema, data);
  } catch (cause) {
    const example = `new SluiceError(${JSON.stringify(code)}, { data })`;
    throw new TypeError(`${caller}: the data of "${code}" is invalid: ${messageOf(cause)}; write ${example}.`, {
      cause,
    });
  }
  return new SluiceError(code, { message, status, retryAfter, data });
}

function builtInFor({ path, errors }: AnyProcedure, given: string | SluiceError, caller: string): SluiceError {
  try {
    return builtInError(given as RaisableCode, caller);
  } catch (cause) {
    const declared = Object.keys(errors).map((code) => `${code} (of "${path}")`);
    throw new TypeError(
      (cause as Error).message.replace("allowed are ", `allowed are ${[...declared, ""].join(", ")}`),
    );
  }
}

/**
 * An error that ends subscriptions.
 *
 * @throws TypeError for one after which clients try again, too.
 */
export function endingError(procedure: AnyProcedure, given: string | SluiceError, caller: string): SluiceError {
  const error = errorOf(procedure, given, caller);
  if (retryOf(error.code) !== "yes") return error;
  throw new TypeError(
    `${caller}: clients try again after ${shown(error.code)}, so it ends nothing; write drop(), or refuse() for the next attempts.`,
  );
}

/** What a server appends to a topic to end its subscribers with an error, and not the topic. PROTOCOL §9.5. */
export function failedEntry({ errors }: AnyProcedure, { code, message, data }: SluiceError) {
  const schema = own<ErrorDefinition>(errors, code)?.data;
  const wire = schema && JSON.parse(encodeJson(schema, data)?.json ?? "null");
  return { type: "$failed", data: JSON.stringify({ code, message, data: wire }) };
}
