import type { StandardSchemaV1 } from "@standard-schema/spec";
import {
  $ZodAsyncError,
  type $ZodType,
  safeDecode,
  safeDecodeAsync,
  safeEncode,
  safeParse,
  safeParseAsync,
} from "zod/v4/core";
import type { ErrorIssue } from "./errors.js";
import { inspectZod } from "./schema-rules.js";

/**
 * Any Standard Schema: zod 4 (the documented default), valibot, arktype and others. What stands in `~standard` isn't
 * compared: that alone would make the compiler compute the wire and the code type of every schema.
 */
export interface Schema {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly "~standard": any;
}

/** The type that code sees on both ends: a zod schema's output, any other vendor's input. */
export type CodeOf<S> = S extends ZodLike
  ? S["_zod"]["output"]
  : S extends StandardSchemaV1<infer Input, unknown>
    ? Input
    : never;

/** The type that travels as JSON. */
export type WireOf<S> = S extends ZodLike
  ? S["_zod"]["input"]
  : S extends StandardSchemaV1<infer Input, unknown>
    ? Input
    : never;

/** A zod schema, of any kind. */
export interface ZodLike {
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is asked for by name only
  readonly _zod: any;
}

/** What a schema says of a value that doesn't fit. The message names every place and what is allowed there. */
export class ValidationError extends Error {
  override readonly name = "ValidationError";
  readonly issues: readonly ErrorIssue[];

  /** @param subject what was held against the schema, where the message should say so. */
  constructor(issues: readonly ErrorIssue[], subject?: string) {
    const places = issues
      .map(({ message, path }) => (path.length ? `${path.join(".")}: ${message}` : message))
      .join("; ");
    super(subject ? `${subject}: ${places}` : places);
    this.issues = issues;
  }
}

/** A schema made ready to run at the wire, both ways. Every method throws a `ValidationError` for what doesn't fit. */
export interface Coder {
  /** From what code sees to what JSON can carry. */
  encode(value: unknown): unknown;
  /** From parsed JSON to what code sees. */
  decode(wire: unknown): unknown;
  /** Like `decode`, for schemas that may check asynchronously: inputs and outputs of queries and mutations. */
  decodeAsync(wire: unknown): Promise<unknown>;
}

const coders = new WeakMap<Schema, Coder>();

/** The coder of a schema, made once per schema. */
export function coderOf(schema: Schema): Coder {
  let coder = coders.get(schema);
  if (!coder) {
    coder = isZod(schema) ? zodCoder(schema) : standardCoder(schema);
    coders.set(schema, coder);
  }
  return coder;
}

export const isZod = (schema: Schema): schema is Schema & $ZodType => "_zod" in schema;

function zodCoder(schema: Schema & $ZodType): Coder {
  // Without a codec inside, both directions are one and the same check, and zod's forward path is the fast one.
  if (!inspectZod(schema).hasCodec) {
    const parse = (value: unknown) => unwrap(sync(() => safeParse(schema, value)));
    return { encode: parse, decode: parse, decodeAsync: async (wire) => unwrap(await safeParseAsync(schema, wire)) };
  }
  return {
    encode: (value) => unwrap(sync(() => safeEncode(schema, value as never))),
    decode: (wire) => unwrap(sync(() => safeDecode(schema, wire as never))),
    decodeAsync: async (wire) => unwrap(await safeDecodeAsync(schema, wire as never)),
  };
}

/** Other vendors have no way back from output to input, so code sees the input and the schema only judges it. */
function standardCoder(schema: Schema): Coder {
  const validate = (value: unknown) => schema["~standard"].validate(value);
  const check = (value: unknown) => {
    const result = validate(value);
    if (result instanceof Promise) throw asynchronous();
    return judge(value, result.issues);
  };
  return {
    encode: check,
    decode: check,
    decodeAsync: async (wire) => judge(wire, (await validate(wire)).issues),
  };
}

type ZodResult = { success: true; data: unknown } | { success: false; error: { issues: readonly VendorIssue[] } };
type VendorIssue = StandardSchemaV1.Issue;

function unwrap(result: ZodResult): unknown {
  if (result.success) return result.data;
  throw invalid(result.error.issues);
}

function judge(value: unknown, issues: readonly VendorIssue[] | undefined): unknown {
  if (issues) throw invalid(issues);
  return value;
}

function sync<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof $ZodAsyncError) throw asynchronous();
    throw error;
  }
}

const asynchronous = () =>
  new TypeError("This schema checks asynchronously. Only schemas of a query's or mutation's input and output may.");

const invalid = (issues: readonly VendorIssue[]) =>
  new ValidationError(issues.map(({ message, path = [] }) => ({ message, path: Array.from(path, pathKey) })));

function pathKey(part: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof part === "object" ? part.key : part;
  return typeof key === "number" ? key : String(key);
}
