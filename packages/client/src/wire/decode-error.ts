import {
  type AnyProcedure,
  codecOf,
  type ErrorDefinition,
  SluiceError,
  type SluiceErrorOptions,
} from "@sluice/contract";

/** An error as the server sent it, its data still in wire form. */
export interface WireFailure extends SluiceErrorOptions {
  readonly code: string;
}

/** The error as the contract declares it: a declared code's data goes through its schema. */
export function decodeError(procedure: AnyProcedure, { code, data, ...options }: WireFailure): SluiceError {
  const declared = Object.hasOwn(procedure.errors, code)
    ? (procedure.errors[code] as ErrorDefinition | undefined)
    : undefined;
  if (!declared) return new SluiceError(code, { ...options, data });
  const status = options.status ?? declared.status;
  if (!declared.data) return new SluiceError(code, { ...options, status });
  try {
    return new SluiceError(code, { ...options, status, data: codecOf(procedure).decodeErrorData(code, data) });
  } catch (cause) {
    const message = `The data of the error "${code}" of ${procedure.path} does not fit the contract.`;
    return new SluiceError("contractMismatch", { message, cause });
  }
}
