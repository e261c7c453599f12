import type { $ZodCheck, $ZodType, $ZodTypes } from "zod/v4/core";
import { isZod, type Schema } from "./schema.js";

/**
 * What can happen to a schema's values when they are written as JSON and read back: they may change, they may lose
 * undefined members, or they stay the same.
 */
export type RoundTrip = "changes" | "losesUndefined" | "same";

const severity = new Map<RoundTrip, number>([
  ["changes", 0],
  ["losesUndefined", 1],
  ["same", 2],
]);
const worst = (all: readonly RoundTrip[]): RoundTrip =>
  all.reduce((a, b) => ((severity.get(a) as number) <= (severity.get(b) as number) ? a : b), "same");

/** `undefined` while a schema is being inspected: a schema can contain itself. */
const known = new WeakMap<$ZodType, RoundTrip | undefined>();

/**
 * What JSON and a second parse do to any value of the schema. If nothing can change, nobody has to read the text
 * back. Each parse creates new plain objects and arrays, so those of plain types stay the same. Computed once per
 * schema.
 */
export const jsonRoundTrip = (schema: Schema): RoundTrip => (isZod(schema) ? roundTripOf(schema) : "changes");

function roundTripOf(schema: $ZodType): RoundTrip {
  if (known.has(schema)) return known.get(schema) ?? "losesUndefined";
  known.set(schema, undefined);
  const { def } = (schema as $ZodTypes)._zod;
  const roundTrip = (def.checks ?? []).every((check) => isUnaffected(check, def.type))
    ? roundTripOfType(def)
    : "changes";
  known.set(schema, roundTrip);
  return roundTrip;
}

/** A custom check can depend on what JSON changes, such as an undefined member or -0. */
function isUnaffected(check: $ZodCheck, type: string): boolean {
  const { check: kind } = check._zod.def;
  if (kind === "custom" || kind === "property") return type === "string" || type === "enum";
  return kind !== "overwrite";
}

function roundTripOfType(def: $ZodTypes["_zod"]["def"]): RoundTrip {
  switch (def.type) {
    case "string":
      return "normalize" in def && def.normalize ? "changes" : "same";
    case "number":
    case "boolean":
    case "null":
    case "enum":
    case "template_literal":
      return "same";
    case "literal":
      return def.values.every((value) => value === null || isJsonLeaf(value)) ? "same" : "changes";
    case "object":
      return roundTripOfObject(def.shape, def.catchall);
    case "array":
      return roundTripOf(def.element);
    case "tuple":
      return worst([...def.items, ...(def.rest ? [def.rest] : [])].map(roundTripOf));
    case "record":
      if ("mode" in def && def.mode === "loose") return "changes";
      return def.keyType._zod.def.type === "string" || def.keyType._zod.def.type === "enum"
        ? worst([roundTripOf(def.keyType), roundTripOf(def.valueType)])
        : "changes";
    case "union": {
      const roundTrip = worst(def.options.map((option) => roundTripOf(option)));
      const isDiscriminated = "discriminator" in def && !("unionFallback" in def && def.unionFallback);
      // Without the undefined member, an earlier option of the union might fit.
      return roundTrip === "losesUndefined" && !isDiscriminated ? "changes" : roundTrip;
    }
    case "nullable":
    case "readonly":
      return roundTripOf(def.innerType);
    default:
      return "changes";
  }
}

function roundTripOfObject(shape: Readonly<Record<string, $ZodType>>, catchall: $ZodType | undefined): RoundTrip {
  if (Object.hasOwn(shape, "__proto__")) return "changes";
  const members = Object.values(shape).map((member): RoundTrip => {
    const { def } = (member as $ZodTypes)._zod;
    return def.type === "optional" ? worst(["losesUndefined", roundTripOf(def.innerType)]) : roundTripOf(member);
  });
  const isClosed = catchall === undefined || catchall._zod.def.type === "never";
  return worst(isClosed ? members : [...members, roundTripOf(catchall)]);
}

const isJsonLeaf = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
