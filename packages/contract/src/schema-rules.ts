import type { $ZodLazy, $ZodType, $ZodTypes } from "zod/v4/core";

/** The result of inspecting a zod schema. */
export interface ZodTraits {
  /** True if some part has different types on the wire and in code. */
  readonly hasCodec: boolean;
  readonly hasIntersection: boolean;
  /** True if it calls functions of the application, which may be asynchronous. */
  readonly runsCode: boolean;
  /** Places of `async` functions. Other functions that return promises are known only when they are called. */
  readonly asyncAt: readonly string[];
  /** Places of codecs whose `encode` is an `async` function. */
  readonly asyncEncodeAt: readonly string[];
  /** Places of one-way transforms; `""` is the root. They can't run backwards, so nothing could be encoded. */
  readonly oneWay: readonly string[];
  /** Places whose wire type JSON can't carry, with the name of that type. */
  readonly notJson: readonly { readonly at: string; readonly type: string }[];
}

const notJsonTypes = new Set(["date", "bigint", "symbol", "map", "set", "nan", "file", "function", "promise", "void"]);

const inspected = new WeakMap<$ZodType, ZodTraits>();

/** Inspects a zod schema once, at definition. The result decides whether the schema is accepted and how it runs. */
export function inspectZod(schema: $ZodType): ZodTraits {
  let traits = inspected.get(schema);
  if (!traits) {
    traits = inspect(schema);
    inspected.set(schema, traits);
  }
  return traits;
}

/** The side of a codec that a part describes. A part on the code side may have any type. */
type Side = "wire" | "code";

/** A part of a schema, and its place. */
interface Part {
  readonly schema: $ZodType;
  readonly at: string;
  readonly side: Side;
  readonly depth: number;
}

// A schema can create new parts every time they are read, as `make` does in `z.lazy(() => make())`. The inspection
// therefore stops at these limits, nearest parts first.
const maxDepth = 100;
const maxParts = 5_000;

function inspect(schema: $ZodType): ZodTraits {
  const traits = {
    hasCodec: false,
    hasIntersection: false,
    runsCode: false,
    oneWay: [],
    notJson: [],
    asyncAt: [],
    asyncEncodeAt: [],
  } as Findings;
  const seen = { wire: new Set<$ZodType>(), code: new Set<$ZodType>() };
  const parts: Part[] = [];
  const add = (part: Part) => {
    if (part.depth > maxDepth || parts.length >= maxParts || seen[part.side].has(part.schema)) return;
    seen[part.side].add(part.schema); // a schema may contain itself
    parts.push(part);
  };
  add({ schema, at: "", side: "wire", depth: 0 });
  for (const part of parts) {
    addTraits(part, traits);
    for (const [child, key, side = part.side] of childrenOf(part.schema)) {
      const at = key === undefined ? part.at : part.at ? `${part.at}.${key}` : String(key);
      add({ schema: child as $ZodType, at, side, depth: part.depth + 1 });
    }
  }
  return traits;
}

/** Traits during the inspection. */
type Findings = {
  -readonly [Trait in keyof ZodTraits]: ZodTraits[Trait] extends readonly (infer Item)[] ? Item[] : ZodTraits[Trait];
};

/** Adds what one part contributes to the traits. */
function addTraits({ schema, at, side }: Part, traits: Findings): void {
  const { def } = (schema as $ZodTypes)._zod;
  const notJson = side === "wire" && notJsonType(def);
  if (notJson) traits.notJson.push({ at, type: notJson });
  if (def.type === "intersection") traits.hasIntersection = true;
  if (def.type === "transform" || def.type === "success") traits.oneWay.push(at);
  if (def.type === "pipe" && "reverseTransform" in def) {
    traits.hasCodec = true;
    if (isAsync(def.reverseTransform)) traits.asyncEncodeAt.push(at);
  }
  const functions = functionsOf(schema);
  if (functions.length > 0 || def.type === "promise") traits.runsCode = true;
  if (functions.some(isAsync)) traits.asyncAt.push(at);
}

type Child = readonly [schema: unknown, key?: string | number | undefined, side?: Side];

function childrenOf(schema: $ZodType): readonly Child[] {
  const { def } = (schema as $ZodTypes)._zod;
  switch (def.type) {
    case "object": {
      const fields = Object.keys(def.shape).map((key): Child => [def.shape[key], key]);
      return def.catchall ? [...fields, [def.catchall, "*"]] : fields;
    }
    case "array":
      return [[def.element, "*"]];
    case "tuple": {
      const items = def.items.map((item, index): Child => [item, index]);
      return def.rest ? [...items, [def.rest, "*"]] : items;
    }
    case "record":
    case "map":
      return [
        [def.keyType, "*"],
        [def.valueType, "*"],
      ];
    case "set":
      return [[def.valueType, "*"]];
    case "union":
      return def.options.map((option): Child => [option]);
    case "intersection":
      return [[def.left], [def.right]];
    case "lazy":
      return [[(schema as $ZodLazy)._zod.innerType]];
    case "pipe":
      return [[def.in], [def.out, undefined, "code"]];
    default:
      return "innerType" in def ? [[def.innerType]] : [];
  }
}

/** The application's functions that run when this part checks a value. */
function functionsOf(schema: $ZodType): readonly unknown[] {
  const definitions: object[] = [schema._zod.def, ...(schema._zod.def.checks ?? []).map(({ _zod }) => _zod.def)];
  return definitions.flatMap((def) => {
    const { fn, tx, transform, reverseTransform, check } = def as Record<string, unknown>;
    const own = [fn, tx, transform, reverseTransform].filter((each) => typeof each === "function");
    return own.length === 0 && check === "custom" ? [undefined] : own; // `superRefine` hides what it was given
  });
}

const isAsync = (run: unknown): boolean => Object.prototype.toString.call(run) === "[object AsyncFunction]";

function notJsonType(def: $ZodTypes["_zod"]["def"]): string | undefined {
  if (def.type === "literal" && def.values.some((value) => typeof value === "bigint")) return "bigint";
  return notJsonTypes.has(def.type) ? def.type : undefined;
}
