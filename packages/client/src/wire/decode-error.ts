import { type AnyProcedure, type ErrorDefinition, SluiceError, type SluiceErrorOptions } from "@sluice/contract";
import { codecOf, own } from "@sluice/contract/internal";
import { mismatch } from "./failure.js";

/** An error as received: its data is in wire form. */
export interface WireFailure extends SluiceErrorOptions {
  readonly code: string;
}

/** Decodes the data of a declared error. */
export function decodeError(procedure: AnyProcedure, { code, data, ...options }: WireFailure): SluiceError {
  const declared = own<ErrorDefinition>(procedure.errors, code);
  try {
    return new SluiceError(code, {
      ...options,
      status: options.status ?? declared?.status,
      data: declared ? declared.data && codecOf(procedure).decodeErrorData(code, data) : data,
    });
  } catch (cause) {
    return mismatch(`The data of the error "${code}"`, procedure, cause);
  }
}
