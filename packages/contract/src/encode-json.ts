import type { ErrorIssue } from "./errors.js";
import { jsonRoundTrip } from "./json-round-trip.js";
import { coderOf, type Schema } from "./schema.js";
import { isErrorNamed, messageOf } from "./thrown.js";
import { ValidationError } from "./validation-error.js";

/** A value as JSON text. Reading the text gives the same value back. */
export interface EncodedJson {
  readonly json: string;
  /**
   * Returns the value that a reader of the text gets, in code form. Each call returns the same object, and nothing
   * else holds it.
   */
  readonly read: () => unknown;
}

/**
 * Encodes a value as JSON text and checks that the text reads back as the same value. Without this check, a reader
 * would silently get a different value where JSON omits or changes a part. The check is skipped for schemas whose
 * values JSON can't change.
 *
 * @returns `undefined` if the value is `undefined`, which JSON can't represent.
 * @throws ValidationError naming the place if the value doesn't fit or doesn't read back.
 * @example encodeJson(z.object({ minute: z.int() }), { minute: 12 }) ?.json // '{"minute":12}'
 */
export function encodeJson(schema: Schema, value: unknown): EncodedJson | undefined {
  const coder = coderOf(schema);
  const wire = coder.encode(value);
  const plain = encodePlain(schema, wire);
  if (plain || wire === undefined) return plain;
  const { json, parsed } = readBack(wire);
  try {
    const decoded = coder.decode(parsed);
    return { json, read: () => decoded };
  } catch (error) {
    throw unreadable(error);
  }
}

/**
 * Checks that a value fits its schema and would read back from JSON. It creates no text if JSON can't change the
 * schema's values.
 *
 * @throws ValidationError like `encodeJson`, and if the value is `undefined`.
 */
export function checkJson(schema: Schema, value: unknown): void {
  const encoded = jsonRoundTrip(schema) === "changes" ? encodeJson(schema, value) : coderOf(schema).encode(value);
  if (encoded === undefined) throw new ValidationError([{ message: "JSON cannot represent undefined", path: [] }]);
}

/** Like `encodeJson`, but allows asynchronous checks: for outputs of queries and mutations. */
export async function encodeJsonAsync(schema: Schema, value: unknown): Promise<EncodedJson | undefined> {
  const coder = coderOf(schema);
  const wire = await coder.encodeAsync(value);
  const plain = encodePlain(schema, wire);
  if (plain || wire === undefined) return plain;
  const { json, parsed } = readBack(wire);
  try {
    const decoded = await coder.decodeAsync(parsed);
    return { json, read: () => decoded };
  } catch (error) {
    throw unreadable(error);
  }
}

/** Encodes without reading back; returns `undefined` if the schema's values could change in JSON. */
function encodePlain(schema: Schema, wire: unknown): EncodedJson | undefined {
  const roundTrip = jsonRoundTrip(schema);
  if (roundTrip === "changes" || wire === undefined) return undefined;
  const json = JSON.stringify(wire);
  if (roundTrip === "same") return { json, read: () => wire };
  // JSON omits members that are undefined, and a fold can see the difference, so parse the text again.
  let parsed: unknown;
  return { json, read: () => (parsed ??= JSON.parse(json)) };
}

function readBack(wire: unknown): { readonly json: string; readonly parsed: unknown } {
  const json = textOf(wire);
  const parsed: unknown = JSON.parse(json);
  const change = changeBetween(wire, parsed, []);
  if (change) throw new ValidationError([change]);
  return { json, parsed };
}

function unreadable(error: unknown): ValidationError {
  const issues: readonly ErrorIssue[] = isErrorNamed(error, "ValidationError")
    ? (error as ValidationError).issues
    : [{ message: messageOf(error), path: [] }];
  return new ValidationError(
    issues.map(({ message, path }) => ({ message: `doesn't read back from JSON: ${message}`, path })),
  );
}

function textOf(wire: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(wire);
  } catch (error) {
    throw new ValidationError([{ message: messageOf(error), path: [] }]);
  }
  if (json === undefined) throw new ValidationError([{ message: `JSON cannot represent ${nameOf(wire)}`, path: [] }]);
  return json;
}

type Path = readonly (string | number)[];

/** The first place where JSON changed the value. An undefined member may disappear: it reads the same. */
function changeBetween(wire: unknown, read: unknown, path: Path): ErrorIssue | undefined {
  if (wire === read) return undefined;
  if (Array.isArray(wire) && Array.isArray(read)) return changeOfItems(wire, read, path);
  if (isData(wire) && isData(read)) return changeOfMembers(wire, read, path);
  const change = read === undefined ? `omits ${nameOf(wire)}` : `turns ${nameOf(wire)} into ${nameOf(read)}`;
  return { message: `JSON ${change}: use a JSON value or a codec`, path };
}

function changeOfItems(wire: readonly unknown[], read: readonly unknown[], path: Path): ErrorIssue | undefined {
  for (const [index, item] of wire.entries()) {
    const change = changeBetween(item, read[index], [...path, index]);
    if (change) return change;
  }
  return undefined;
}

type Members = Readonly<Record<string, unknown>>;

function changeOfMembers(wire: Members, read: Members, path: Path): ErrorIssue | undefined {
  for (const key of Object.keys(wire)) {
    const change = changeBetween(wire[key], Object.hasOwn(read, key) ? read[key] : undefined, [...path, key]);
    if (change) return change;
  }
  return undefined;
}

/** An object whose own members are all of its data. A `Map` or an `Error` is not. */
const isData = (value: unknown): value is Members =>
  Object.prototype.toString.call(value) === "[object Object]" &&
  typeof (value as { readonly toJSON?: unknown }).toJSON !== "function";

function nameOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const made = (value as { readonly constructor?: unknown }).constructor;
  return typeof made === "function" && made !== Object ? `a ${made.name}` : "an object";
}
