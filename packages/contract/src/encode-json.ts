import type { ErrorIssue } from "./errors.js";
import { fateInJson } from "./plain-schema.js";
import { coderOf, type Schema } from "./schema.js";
import { isErrorNamed, messageOf } from "./thrown.js";
import { ValidationError } from "./validation-error.js";

/** A value as JSON text that reads back. */
export interface EncodedJson {
  readonly json: string;
  /** Gives what whoever reads the text gets, as code sees it: always the same, and nobody else's. */
  readonly read: () => unknown;
}

/**
 * Makes a value JSON text, and sees to it that the text reads back as what it was made from: what JSON leaves out or turns
 * into something else would fail, or mislead, whoever reads it. Where a schema's values can't change, nothing is tried.
 *
 * @returns `undefined` for `undefined`, of which JSON has none.
 * @throws ValidationError naming the place, for what doesn't fit or doesn't read back.
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
 * Looks whether a value fits its schema and would read back from JSON, and makes no text where nothing can change in it.
 *
 * @throws ValidationError as `encodeJson` does, and for `undefined`, of which JSON has none.
 */
export function checkJson(schema: Schema, value: unknown): void {
  const isGiven = fateInJson(schema) === "changes" ? encodeJson(schema, value) : coderOf(schema).encode(value);
  if (isGiven === undefined) throw new ValidationError([{ message: "JSON cannot say undefined", path: [] }]);
}

/** The same for schemas that may check asynchronously: outputs of queries and mutations. */
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

/** Where nothing can change, nothing is tried; `undefined` elsewhere. */
function encodePlain(schema: Schema, wire: unknown): EncodedJson | undefined {
  const fate = fateInJson(schema);
  if (fate === "changes" || wire === undefined) return undefined;
  const json = JSON.stringify(wire);
  if (fate === "same") return { json, read: () => wire };
  // A member that is undefined is none for who reads the text, and a fold may tell the two apart.
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
  if (json === undefined) throw new ValidationError([{ message: `JSON cannot say ${nameOf(wire)}`, path: [] }]);
  return json;
}

type Path = readonly (string | number)[];

/** The first place where JSON has made something else of a value. A member that is undefined may go: it reads the same. */
function changeBetween(wire: unknown, read: unknown, path: Path): ErrorIssue | undefined {
  if (wire === read) return undefined;
  if (Array.isArray(wire) && Array.isArray(read)) return changeOfItems(wire, read, path);
  if (isData(wire) && isData(read)) return changeOfMembers(wire, read, path);
  const became = read === undefined ? "leaves out" : `makes ${nameOf(read)} of`;
  return { message: `JSON ${became} ${nameOf(wire)}: use what JSON can say, or a codec`, path };
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

/** An object whose members are all that there is to it, which a `Map` or an `Error` is not. */
const isData = (value: unknown): value is Members =>
  Object.prototype.toString.call(value) === "[object Object]" &&
  typeof (value as { readonly toJSON?: unknown }).toJSON !== "function";

function nameOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const made = (value as { readonly constructor?: unknown }).constructor;
  return typeof made === "function" && made !== Object ? `a ${made.name}` : "an object";
}
