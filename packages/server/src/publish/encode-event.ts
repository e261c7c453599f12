import { type AnySubscription, type ErrorIssue, type Schema, ValidationError } from "@sluice/contract";
import { type EncodedJson, encodeJson, shown } from "@sluice/contract/internal";
import type { LogEvent } from "@sluice/log";

/** An event in the code's types. */
export interface UnencodedEvent {
  readonly type: string;
  readonly data: unknown;
}

/** Default longest event, in characters of JSON: 1 Mi. */
export const defaultMaxEventLength = 1024 * 1024;

/** An encoded event, and a way to read it back. */
export interface EncodedEvent {
  readonly logged: LogEvent;
  /** Returns the data as a reader of the log gets it. */
  readonly read: () => unknown;
}

/**
 * Validates an event and encodes its data as JSON that reads back. All events are encoded here.
 *
 * @throws ValidationError that names the event and the field.
 * @throws RangeError if the event is too long.
 */
export function encodeEvent(procedure: AnySubscription, event: UnencodedEvent, maxLength: number): EncodedEvent {
  if (typeof event !== "object" || event === null) {
    const message = `${shown(event)} is not an event; allowed is { type, data }`;
    throw new ValidationError([{ message, path: [] }], `An event of "${procedure.path}"`);
  }
  const { type, data } = event;
  const schema = Object.hasOwn(procedure.events, type) ? procedure.events[type] : undefined;
  if (!schema) {
    const allowed = Object.keys(procedure.events).join(", ");
    throw invalid(procedure, type, [
      { message: `not an event of the contract; allowed are ${allowed}`, path: ["type"] },
    ]);
  }
  const encoded = encodeData(procedure, type, schema, data);
  if (!encoded) throw invalid(procedure, type, [{ message: "not a value that JSON can represent", path: ["data"] }]);
  const { json, read } = encoded;
  if (json.length > maxLength) {
    throw new RangeError(
      `Event "${type}" of "${procedure.path}" has ${json.length} characters; the limit is ${maxLength}.`,
    );
  }
  return { logged: { type, data: json }, read };
}

function encodeData(procedure: AnySubscription, type: string, schema: Schema, data: unknown): EncodedJson | undefined {
  try {
    return encodeJson(schema, data);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const issues = error.issues.map(({ message, path }) => ({ message, path: ["data", ...path] }));
    throw invalid(procedure, type, issues);
  }
}

const invalid = ({ path }: AnySubscription, type: string, issues: readonly ErrorIssue[]) =>
  new ValidationError(issues, `Event "${type}" of "${path}"`);
