import type { $ZodCheck, $ZodType, $ZodTypes } from "zod/v4/core";
import { isZod, type Schema } from "./schema.js";

/** What becomes of a schema's values as JSON text and back: they may change, they may lose undefined members, or neither. */
export type Fate = "changes" | "losesUndefined" | "same";

const fates = new Map<Fate, number>([
  ["changes", 0],
  ["losesUndefined", 1],
  ["same", 2],
]);
const worst = (all: readonly Fate[]): Fate =>
  all.reduce((a, b) => ((fates.get(a) as number) <= (fates.get(b) as number) ? a : b), "same");

/** `undefined` while it is being looked into, as where a schema contains itself. */
const known = new WeakMap<$ZodType, Fate | undefined>();

/**
 * What JSON and another parse make of what a schema gives, whatever the value, so that nobody has to try. Plain objects and
 * arrays of plain types are made anew by each parse, and come through. Looked up once for each schema.
 */
export const fateInJson = (schema: Schema): Fate => (isZod(schema) ? fateOf(schema) : "changes");

function fateOf(schema: $ZodType): Fate {
  if (known.has(schema)) return known.get(schema) ?? "losesUndefined";
  known.set(schema, undefined);
  const { def } = (schema as $ZodTypes)._zod;
  const fate = (def.checks ?? []).every((check) => keeps(check, def.type)) ? fateOfType(def) : "changes";
  known.set(schema, fate);
  return fate;
}

/** A check of the user's own may look at what JSON changes, such as a member that is there and undefined, or -0. */
function keeps(check: $ZodCheck, type: string): boolean {
  const { check: kind } = check._zod.def;
  if (kind === "custom" || kind === "property") return type === "string" || type === "enum";
  return kind !== "overwrite";
}

function fateOfType(def: $ZodTypes["_zod"]["def"]): Fate {
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
      return fateOfObject(def.shape, def.catchall);
    case "array":
      return fateOf(def.element);
    case "tuple":
      return worst([...def.items, ...(def.rest ? [def.rest] : [])].map(fateOf));
    case "record":
      if ("mode" in def && def.mode === "loose") return "changes";
      return def.keyType._zod.def.type === "string" || def.keyType._zod.def.type === "enum"
        ? worst([fateOf(def.keyType), fateOf(def.valueType)])
        : "changes";
    case "union": {
      const fate = worst(def.options.map((option) => fateOf(option)));
      const isTold = "discriminator" in def && !("unionFallback" in def && def.unionFallback);
      // Without a member that was undefined, another option may be the first that fits.
      return fate === "losesUndefined" && !isTold ? "changes" : fate;
    }
    case "nullable":
    case "readonly":
      return fateOf(def.innerType);
    default:
      return "changes";
  }
}

function fateOfObject(shape: Readonly<Record<string, $ZodType>>, catchall: $ZodType | undefined): Fate {
  if (Object.hasOwn(shape, "__proto__")) return "changes";
  const members = Object.values(shape).map((member): Fate => {
    const { def } = (member as $ZodTypes)._zod;
    return def.type === "optional" ? worst(["losesUndefined", fateOf(def.innerType)]) : fateOf(member);
  });
  const isClosed = catchall === undefined || catchall._zod.def.type === "never";
  return worst(isClosed ? members : [...members, fateOf(catchall)]);
}

const isJsonLeaf = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
