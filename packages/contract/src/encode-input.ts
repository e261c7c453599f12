import type { $ZodLazy, $ZodObjectDef, $ZodType, $ZodTypes } from "zod/v4/core";
import { isZod, type Schema } from "./schema.js";
import { inspectZod } from "./schema-rules.js";
import { isErrorNamed } from "./thrown.js";
import { ValidationError } from "./validation-error.js";
import { AsyncSchemaError, runZod } from "./zod-coder.js";

/**
 * A caller's input in wire form. Unlike `coderOf(schema).encode` it lets out what the caller left out: the server fills
 * in defaults. Only codecs run here, the server checks the rest, and may do so asynchronously.
 *
 * @throws ValidationError naming the field, for a value that a codec cannot encode, or not at once.
 */
export function encodeInput(schema: Schema | undefined, value: unknown): unknown {
  return schema && isZod(schema) ? encodePart(schema, value, []) : value;
}

type Path = readonly (string | number)[];

function encodePart(schema: $ZodType, value: unknown, path: Path): unknown {
  if (value === undefined || !inspectZod(schema).hasCodec) return value;
  const { def } = (schema as $ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return isRecord(value) ? encodeFields(def, value, path) : encodeWhole(schema, value, path);
    case "nullable":
      return value === null ? null : encodePart(def.innerType as $ZodType, value, path);
    case "optional":
    case "default":
    case "prefault":
    case "readonly":
    case "nonoptional":
    case "catch":
      return encodePart(def.innerType as $ZodType, value, path);
    case "lazy":
      return encodePart((schema as $ZodLazy)._zod.innerType, value, path);
    case "array":
      return Array.isArray(value)
        ? value.map((item, index) => encodePart(def.element as $ZodType, item, [...path, index]))
        : encodeWhole(schema, value, path);
    case "tuple":
      return Array.isArray(value)
        ? value.map((item, index) => {
            const part = def.items[index] ?? def.rest;
            return part ? encodePart(part as $ZodType, item, [...path, index]) : item;
          })
        : encodeWhole(schema, value, path);
    case "record":
      return isRecord(value) && !inspectZod(def.keyType).hasCodec
        ? encodeFields({ shape: {}, catchall: def.valueType }, value, path)
        : encodeWhole(schema, value, path);
    case "intersection":
      return encodeBoth(schema, [def.left, def.right], value, path);
    case "union":
      return encodeUnion(schema, def.options as readonly $ZodType[], value, path);
    default:
      return encodeWhole(schema, value, path);
  }
}

/** A field that the schema doesn't know has no wire form and stays out, unless the schema takes such fields. */
function encodeFields(
  { shape, catchall }: Pick<$ZodObjectDef, "shape" | "catchall">,
  value: Record<string, unknown>,
  path: Path,
): unknown {
  const wire: [string, unknown][] = [];
  for (const field of Object.keys(catchall ? { ...shape, ...value } : shape)) {
    const part = Object.hasOwn(shape, field) ? shape[field] : catchall;
    if (value[field] !== undefined) wire.push([field, encodePart(part as $ZodType, value[field], [...path, field])]);
  }
  return Object.fromEntries(wire);
}

/** A side without a codec leaves the value as it is, so what the other side has encoded goes over it. */
function encodeBoth(schema: $ZodType, sides: readonly $ZodType[], value: unknown, path: Path): unknown {
  const [left, right] = sides.map((side) => encodePart(side, value, path));
  if (!isRecord(left) || !isRecord(right)) return encodeWhole(schema, value, path);
  return left === value ? { ...left, ...right } : { ...right, ...left };
}

/** The option is the first whose wire form the server would take, as far as can be told at once. */
function encodeUnion(schema: $ZodType, options: readonly $ZodType[], value: unknown, path: Path): unknown {
  for (const option of options) {
    try {
      const wire = encodePart(option, value, path);
      if (isTaken(option, wire)) return wire;
    } catch (error) {
      if (!isErrorNamed(error, "ValidationError")) throw error;
    }
  }
  return encodeWhole(schema, value, path);
}

/** Checks that may be asynchronous, such as a look into a database, are the server's. */
function isTaken(option: $ZodType, wire: unknown): boolean {
  const mayWait = inspectZod(option).asyncAt.length > 0;
  try {
    runZod(option, wire, mayWait ? { async: false, skipChecks: true } : { async: false });
    return true;
  } catch (error) {
    if (isErrorNamed(error, "ValidationError")) return false;
    if (error instanceof AsyncSchemaError) return true;
    throw error;
  }
}

function encodeWhole(schema: $ZodType, value: unknown, path: Path): unknown {
  try {
    return runZod(schema, value, { async: false, direction: "backward", skipChecks: true });
  } catch (error) {
    if (error instanceof AsyncSchemaError) {
      const message = "this codec encodes asynchronously, and a caller's input is encoded at once";
      throw new ValidationError([{ message, path }]);
    }
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError(error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] })));
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
