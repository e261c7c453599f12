import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { $ZodType } from "zod/v4/core";
import type { Coder } from "./coder.js";
import { AsyncSchemaError, invalid, zodCoder } from "./zod-coder.js";

/**
 * Any Standard Schema: zod 4 (the documented default), valibot, arktype and others. `~standard` is `any`, because
 * comparing it would make the compiler compute the wire type and the code type of every schema.
 */
export interface Schema {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly "~standard": any;
}

/**
 * The type in code, on the server and in the client: the output of a zod schema, the input of any other vendor's
 * schema.
 */
export type CodeOf<S> = S extends ZodLike
  ? S["_zod"]["output"]
  : S extends StandardSchemaV1<infer Input, unknown>
    ? Input
    : never;

/** The type of the JSON value on the wire. */
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

/** The coder of a schema, created once per schema. */
export function coderOf(schema: Schema): Coder {
  let coder = coders.get(schema);
  if (!coder) {
    coder = isZod(schema) ? zodCoder(schema) : standardCoder(schema);
    coders.set(schema, coder);
  }
  return coder;
}

export const isZod = (schema: Schema): schema is Schema & $ZodType => "_zod" in schema;

/** Other vendors can't encode an output back to an input. So code sees the input, and the schema only validates it. */
function standardCoder(schema: Schema): Coder {
  const validate = (value: unknown) => schema["~standard"].validate(value);
  const check = (value: unknown) => {
    const result = validate(value);
    if (result instanceof Promise) {
      result.catch(() => {}); // ignored: an unhandled rejection would end the process
      throw new AsyncSchemaError();
    }
    return requireValid(value, result.issues);
  };
  const checkAsync = async (value: unknown) => requireValid(value, (await validate(value)).issues);
  return { encode: check, decode: check, encodeAsync: checkAsync, decodeAsync: checkAsync };
}

function requireValid(value: unknown, issues: readonly StandardSchemaV1.Issue[] | undefined): unknown {
  if (issues) throw invalid(issues);
  return value;
}
