import type { $ZodType, $ZodTypes } from "zod/v4/core";

/** What a look through a zod schema found. */
export interface ZodTraits {
  /** Some part reads differently on the wire than in code. */
  readonly hasCodec: boolean;
  /** Places of one-way transforms, from the root (`""`). They can't be run backwards, so nothing could be encoded. */
  readonly oneWay: readonly string[];
  /** Places whose wire type JSON can't carry, each with the name of the type. */
  readonly notJson: readonly { readonly at: string; readonly type: string }[];
}

const notJsonTypes = new Set(["date", "bigint", "symbol", "map", "set", "nan", "file", "function", "promise", "void"]);

const inspected = new WeakMap<$ZodType, ZodTraits>();

/** Looks through a zod schema once, at definition; what it finds decides how the schema runs and whether it's accepted. */
export function inspectZod(schema: $ZodType): ZodTraits {
  let traits = inspected.get(schema);
  if (!traits) {
    traits = inspect(schema);
    inspected.set(schema, traits);
  }
  return traits;
}

/** Which side of a codec a part of a schema describes. What stands in code only may be of any type. */
type Side = "wire" | "code";

function inspect(schema: $ZodType): ZodTraits {
  const traits = { hasCodec: false, oneWay: [] as string[], notJson: [] as { at: string; type: string }[] };
  const seen = { wire: new Set<$ZodType>(), code: new Set<$ZodType>() };

  const walk = (current: $ZodType, at: string, side: Side): void => {
    if (seen[side].has(current)) return; // a schema may contain itself
    seen[side].add(current);
    const { def } = (current as $ZodTypes)._zod;
    const notJson = side === "wire" && notJsonType(def);
    if (notJson) traits.notJson.push({ at, type: notJson });
    const under = (key: string | number) => (at ? `${at}.${key}` : String(key));

    switch (def.type) {
      case "object":
        for (const key of Object.keys(def.shape)) walk(def.shape[key] as $ZodType, under(key), side);
        if (def.catchall) walk(def.catchall, under("*"), side);
        break;
      case "array":
        walk(def.element, under("*"), side);
        break;
      case "tuple":
        for (const [index, item] of def.items.entries()) walk(item, under(index), side);
        if (def.rest) walk(def.rest, under("*"), side);
        break;
      case "record":
        walk(def.keyType, under("*"), side);
        walk(def.valueType, under("*"), side);
        break;
      case "map":
        walk(def.keyType, under("*"), side);
        walk(def.valueType, under("*"), side);
        break;
      case "set":
        walk(def.valueType, under("*"), side);
        break;
      case "union":
        for (const option of def.options) walk(option, at, side);
        break;
      case "intersection":
        walk(def.left, at, side);
        walk(def.right, at, side);
        break;
      case "lazy":
        walk(def.getter(), at, side);
        break;
      case "transform":
      case "success":
        traits.oneWay.push(at);
        break;
      case "pipe":
        if ("reverseTransform" in def) traits.hasCodec = true;
        walk(def.in, at, side);
        walk(def.out, at, "code");
        break;
      default:
        if ("innerType" in def) walk(def.innerType as $ZodType, at, side);
    }
  };
  walk(schema, "", "wire");
  return traits;
}

function notJsonType(def: $ZodTypes["_zod"]["def"]): string | undefined {
  if (def.type === "literal" && def.values.some((value) => typeof value === "bigint")) return "bigint";
  return notJsonTypes.has(def.type) ? def.type : undefined;
}
