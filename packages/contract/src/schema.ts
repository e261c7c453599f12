import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { $ZodType } from "zod/v4/core";
import type { Coder } from "./coder.js";
import { AsyncSchemaError, invalid, zodCoder } from "./zod-coder.js";

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

/** Other vendors have no way back from output to input, so code sees the input and the schema only judges it. */
function standardCoder(schema: Schema): Coder {
  const validate = (value: unknown) => schema["~standard"].validate(value);
  const check = (value: unknown) => {
    const result = validate(value);
    if (result instanceof Promise) {
      result.catch(() => {}); // it is of no use to anybody, and must not end the process
      throw new AsyncSchemaError();
    }
    return judge(value, result.issues);
  };
  const checkAsync = async (value: unknown) => judge(value, (await validate(value)).issues);
  return { encode: check, decode: check, encodeAsync: checkAsync, decodeAsync: checkAsync };
}

function judge(value: unknown, issues: readonly StandardSchemaV1.Issue[] | undefined): unknown {
  if (issues) throw invalid(issues);
  return value;
}
