import type { NotJson } from "./json.js";
import type { WireOf, ZodLike } from "./schema.js";

/**
 * A zod object. Its fields are looked at, and not its type: fields are of a few kinds that the compiler has answered for
 * already, where the type of every object is its own.
 */
// biome-ignore lint/suspicious/noExplicitAny: what is in it is asked for by name only
export type Shaped = { readonly _zod: any; readonly shape: any };

/**
 * What the compiler finds in a schema, as `inspectZod` does where it runs: `"differs"` if some part reads differently in
 * code than on the wire, and a sentence if there is something that JSON can't carry. `never` if there is neither.
 */
export type TraitsOf<S, At extends Depth = []> = S extends Shaped
  ? At["length"] extends Deepest
    ? never
    : TraitsOf<S["shape"][keyof S["shape"]], [...At, 0]> | TraitsOfOthers<S["_zod"]["config"]>
  : S extends { readonly _zod: { readonly def: infer Def } }
    ? At["length"] extends Deepest
      ? never
      : TraitsOfDef<S, Def, At>
    : S extends undefined
      ? never
      : Unfit<WireOf<S>>;

/** It ends there, or a schema that contains itself would have no end. What is deeper is found where it runs. */
type Deepest = 12;
type Depth = readonly 0[];

type TraitsOfDef<S extends ZodLike, Def, At extends Depth> = Def extends { readonly in: infer Wire }
  ? TraitsOf<Wire, [...At, 0]> | Differs<S["_zod"]["input"], S["_zod"]["output"]>
  : [PartOf<Def>] extends [never]
    ? Def extends Anything
      ? "differs"
      : Unfit<S["_zod"]["input"]> | Differs<S["_zod"]["input"], S["_zod"]["output"]>
    : TraitsOf<PartOf<Def>, [...At, 0]> | (Def extends { readonly type: "readonly" } ? "differs" : never);

/** A field of this may be left out, which zod's type for the wire does not say. */
export type Anything = { readonly type: "unknown" } | { readonly type: "any" };

/** Of an object's `catchall`. */
type TraitsOfOthers<Config> = Config extends { readonly in: infer Wire; readonly out: infer Code }
  ? Unfit<Wire> | Differs<Wire, Code>
  : never;

type Differs<Wire, Code> = [Wire, Code] extends [Code, Wire] ? never : "differs";

type Unfit<Wire> = [NotJson<Wire>] extends [never]
  ? never
  : "JSON cannot carry this type: wrap it in a codec, such as z.codec(z.iso.datetime(), z.date(), { decode, encode })";

/** The schemas that a zod schema is made of, by its definition; `never` if it is made of none. Objects are `Shaped`. */
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
