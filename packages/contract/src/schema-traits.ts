import type { NotJson } from "./json.js";
import type { WireOf, ZodLike } from "./schema.js";

/**
 * A zod object. Only its fields are compared, not its type. Every object type is unique, but fields have few types,
 * which the compiler has already compared and cached.
 */
// biome-ignore lint/suspicious/noExplicitAny: what is in it is asked for by name only
export type Shaped = { readonly _zod: any; readonly shape: any };

/**
 * The type-level counterpart of `inspectZod`: `"differs"` if some part has different types on the wire and in code,
 * and a sentence if JSON can't carry some part. `never` if neither applies.
 */
export type TraitsOf<S, At extends Depth = []> = S extends Shaped
  ? At["length"] extends MaxDepth
    ? never
    : TraitsOf<S["shape"][keyof S["shape"]], [...At, 0]> | TraitsOfOthers<S["_zod"]["config"]>
  : S extends { readonly _zod: { readonly def: infer Def } }
    ? At["length"] extends MaxDepth
      ? never
      : TraitsOfDef<S, Def, At>
    : S extends undefined
      ? never
      : Unfit<WireOf<S>>;

/** The limit for recursive schemas. Deeper parts are checked at run time. */
type MaxDepth = 12;
type Depth = readonly 0[];

type TraitsOfDef<S extends ZodLike, Def, At extends Depth> = Def extends { readonly in: infer Wire }
  ? TraitsOf<Wire, [...At, 0]> | Differs<S["_zod"]["input"], S["_zod"]["output"]>
  : [PartOf<Def>] extends [never]
    ? Def extends Anything
      ? "differs"
      : Unfit<S["_zod"]["input"]> | Differs<S["_zod"]["input"], S["_zod"]["output"]>
    : TraitsOf<PartOf<Def>, [...At, 0]> | (Def extends { readonly type: "readonly" } ? "differs" : never);

/** A field of this type may be omitted, but zod's wire type doesn't say so. */
export type Anything = { readonly type: "unknown" } | { readonly type: "any" };

/** The traits of an object's `catchall`. */
type TraitsOfOthers<Config> = Config extends { readonly in: infer Wire; readonly out: infer Code }
  ? Unfit<Wire> | Differs<Wire, Code>
  : never;

type Differs<Wire, Code> = [Wire, Code] extends [Code, Wire] ? never : "differs";

type Unfit<Wire> = [NotJson<Wire>] extends [never]
  ? never
  : "JSON cannot carry this type: wrap it in a codec, such as z.codec(z.iso.datetime(), z.date(), { decode, encode })";

/**
 * The schemas that a zod schema is made of, by its definition; `never` if there are none. Objects are handled by
 * `Shaped`.
 */
type PartOf<Def> = Def extends { readonly element: infer Part }
  ? Part
  : Def extends { readonly type: Wrapper; readonly innerType: infer Part }
    ? Part
    : Def extends { readonly options: readonly (infer Part)[] }
      ? Part
      : Def extends { readonly type: "record"; readonly keyType: infer Key; readonly valueType: infer Value }
        ? Key | Value
        : Def extends { readonly items: readonly (infer Item)[]; readonly rest: infer Rest }
          ? Item | Exclude<Rest, null>
          : Def extends { readonly left: infer Left; readonly right: infer Right }
            ? Left | Right
            : Def extends { readonly getter: () => infer Part }
              ? Part
              : never;

type Wrapper = "optional" | "nullable" | "default" | "prefault" | "readonly" | "nonoptional" | "catch";
