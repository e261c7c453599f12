import { type AnyProcedure, type ErrorIssue, SluiceError } from "@sluice/contract";
import { codecOf, isErrorNamed, messageOf } from "@sluice/contract/internal";

/** A procedure and its input. */
export interface Target<P extends AnyProcedure = AnyProcedure> {
  readonly procedure: P;
  /** In wire form; `undefined` if the procedure takes nothing. */
  readonly input: unknown;
  /** JSON of the input, with sorted keys: equal for equal inputs. */
  readonly text: string | undefined;
}

/** @throws SluiceError `badRequest` for an input that can't be encoded. */
export function encodeTarget<P extends AnyProcedure>(procedure: P, given: unknown): Target<P> {
  try {
    const input = codecOf(procedure).encodeInput(given);
    // The first throws for an object that contains itself: the second would see a new one at each level.
    return { procedure, input, text: JSON.stringify(input) && JSON.stringify(input, sortKeys) };
  } catch (cause) {
    throw new SluiceError("badRequest", {
      message: `The input of ${procedure.path}: ${messageOf(cause)}`,
      issues: issuesOf(cause),
      cause,
    });
  }
}

/** A replacer. (Keys that look like array indices come first, as in every object.) */
const sortKeys = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;

/** Checked by name, as importing the class would bundle the code that runs schemas. */
const issuesOf = (error: unknown): readonly ErrorIssue[] | undefined =>
  isErrorNamed(error, "ValidationError") && "issues" in error ? (error.issues as readonly ErrorIssue[]) : undefined;
