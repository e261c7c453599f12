import {
  type AnyProcedure,
  canonicalJson,
  codecOf,
  type ErrorIssue,
  isErrorNamed,
  messageOf,
  SluiceError,
} from "@sluice/contract";

/** A procedure and its input. */
export interface Target<P extends AnyProcedure = AnyProcedure> {
  readonly procedure: P;
  /** In wire form; `undefined` if the procedure takes nothing. */
  readonly input: unknown;
  /** Canonical JSON of the input, equal for equal inputs. */
  readonly text: string | undefined;
}

/** @throws SluiceError `badRequest` for an input that can't be encoded. */
export function encodeTarget<P extends AnyProcedure>(procedure: P, given: unknown): Target<P> {
  try {
    const input = codecOf(procedure).encodeInput(given);
    return { procedure, input, text: input === undefined ? undefined : canonicalJson(input) };
  } catch (cause) {
    throw new SluiceError("badRequest", {
      message: `The input of ${procedure.path}: ${messageOf(cause)}`,
      issues: issuesOf(cause),
      cause,
    });
  }
}

/** Checked by name, as importing the class would bundle the code that runs schemas. */
const issuesOf = (error: unknown): readonly ErrorIssue[] | undefined =>
  isErrorNamed(error, "ValidationError") && "issues" in error ? (error.issues as readonly ErrorIssue[]) : undefined;
