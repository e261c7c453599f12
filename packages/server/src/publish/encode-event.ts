import {
  type AnySubscription,
  type EncodedJson,
  type ErrorIssue,
  encodeJson,
  type Schema,
  ValidationError,
} from "@sluice/contract";
import type { LogEvent } from "@sluice/log";

/** An event as code has it. */
export interface UnencodedEvent {
  readonly type: string;
  readonly data: unknown;
}

/** Longest event by default, in characters of JSON: 1 Mi. */
export const defaultMaxEventLength = 1024 * 1024;

/** An event that is encoded, and what whoever reads it gets. */
export interface EncodedEvent {
  readonly logged: LogEvent;
  /** Gives its data as who reads it gets it. */
  readonly read: () => unknown;
}

/**
 * Holds an event against the contract and makes its data JSON text that reads back: the one place where events are encoded.
 *
 * @throws ValidationError naming the event and the field, RangeError if it is too long.
 */
export function encodeEvent(
  procedure: AnySubscription,
  { type, data }: UnencodedEvent,
  maxLength: number,
): EncodedEvent {
  const schema = Object.hasOwn(procedure.events, type) ? procedure.events[type] : undefined;
  if (!schema) {
    const allowed = Object.keys(procedure.events).join(", ");
    throw invalid(procedure, type, [{ message: `no event of the contract; allowed are ${allowed}`, path: ["type"] }]);
  }
  const encoded = encodeData(procedure, type, schema, data);
  if (!encoded) throw invalid(procedure, type, [{ message: "nothing that JSON can carry", path: ["data"] }]);
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
