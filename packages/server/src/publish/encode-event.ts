import { type AnySubscription, coderOf, type ErrorIssue, type Schema, ValidationError } from "@sluice/contract";
import type { LogEvent } from "@sluice/log";

/** An event as code has it. */
export interface UnencodedEvent {
  readonly type: string;
  readonly data: unknown;
}

/** Longest event by default, in characters of JSON: 1 Mi. */
export const defaultMaxEventLength = 1024 * 1024;

/**
 * Holds an event against the contract and makes its data JSON text: the one place where events are encoded.
 *
 * @throws ValidationError naming the event and the field, RangeError if it is too long.
 */
export function encodeEvent(procedure: AnySubscription, { type, data }: UnencodedEvent, maxLength: number): LogEvent {
  const schema = Object.hasOwn(procedure.events, type) ? procedure.events[type] : undefined;
  if (!schema) {
    const allowed = Object.keys(procedure.events).join(", ");
    throw invalid(procedure, type, [{ message: `no event of the contract; allowed are ${allowed}`, path: ["type"] }]);
  }
  const json = JSON.stringify(encodeData(procedure, type, schema, data));
  if (json === undefined) throw invalid(procedure, type, [{ message: "nothing that JSON can carry", path: ["data"] }]);
  if (json.length > maxLength) {
    throw new RangeError(
      `Event "${type}" of "${procedure.path}" has ${json.length} characters; the limit is ${maxLength}.`,
    );
  }
  return { type, data: json };
}

function encodeData(procedure: AnySubscription, type: string, schema: Schema, data: unknown): unknown {
  try {
    return coderOf(schema).encode(data);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const issues = error.issues.map(({ message, path }) => ({ message, path: ["data", ...path] }));
    throw invalid(procedure, type, issues);
  }
}

const invalid = ({ path }: AnySubscription, type: string, issues: readonly ErrorIssue[]) =>
  new ValidationError(issues, `Event "${type}" of "${path}"`);
