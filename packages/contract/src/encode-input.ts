import type { $ZodLazy, $ZodObjectDef, $ZodType, $ZodTypes } from "zod/v4/core";
import { isZod, type Schema } from "./schema.js";
import { inspectZod } from "./schema-rules.js";
import { isErrorNamed } from "./thrown.js";
import { ValidationError } from "./validation-error.js";
import { AsyncSchemaError, runZod } from "./zod-coder.js";

/**
 * The caller's input in wire form. Unlike `coderOf(schema).encode`, it omits fields that the caller left out, because
 * the server fills in the defaults. Only codecs run here. The server runs the other checks, which may be
 * asynchronous.
 *
 * @throws ValidationError naming the field if a codec cannot encode the value, or encodes asynchronously.
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
      return encodeIntersection(schema, [def.left, def.right], value, path);
    case "union":
      return encodeUnion(schema, def.options as readonly $ZodType[], value, path);
    default:
      return encodeWhole(schema, value, path);
  }
}

/** Omits fields that the schema doesn't know: they have no wire form. A schema with a `catchall` keeps them. */
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

/** A side without a codec returns the value unchanged, so the encoded fields of the other side take precedence. */
function encodeIntersection(schema: $ZodType, sides: readonly $ZodType[], value: unknown, path: Path): unknown {
  const [left, right] = sides.map((side) => encodePart(side, value, path));
  if (!isRecord(left) || !isRecord(right)) return encodeWhole(schema, value, path);
  return left === value ? { ...left, ...right } : { ...right, ...left };
}

/** Picks the first option whose wire form the server would accept, as far as synchronous checks can tell. */
function encodeUnion(schema: $ZodType, options: readonly $ZodType[], value: unknown, path: Path): unknown {
  for (const option of options) {
    try {
      const wire = encodePart(option, value, path);
      if (isAccepted(option, wire)) return wire;
    } catch (error) {
      if (!isErrorNamed(error, "ValidationError")) throw error;
    }
  }
  return encodeWhole(schema, value, path);
}

/** Leaves checks that may be asynchronous, such as a database lookup, to the server. */
function isAccepted(option: $ZodType, wire: unknown): boolean {
  const hasAsyncChecks = inspectZod(option).asyncAt.length > 0;
  try {
    runZod(option, wire, hasAsyncChecks ? { async: false, skipChecks: true } : { async: false });
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
      const message = "this codec encodes asynchronously, but a caller's input must be encoded synchronously";
      throw new ValidationError([{ message, path }]);
    }
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError(error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] })));
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
