import type { CodeOf, WireOf, ZodLike } from "./schema.js";
import type { Anything, Shaped, TraitsOf } from "./schema-traits.js";

/**
 * The input type for a caller: as in code, but fields with a default are optional, at any depth. If the wire type and
 * the code type are the same, zod's own type already says this. Otherwise the type is built from the schema's parts.
 */
export type CallerOf<S> = 0 extends 1 & S
  ? S
  : S extends ZodLike
    ? "differs" extends TraitsOf<S>
      ? CallerParts<S>
      : S["_zod"]["input"]
    : WireOf<S>;

type CallerParts<S extends ZodLike> = S extends Shaped
  ? CallerObject<S["shape"], S["_zod"]["config"]["out"]>
  : CallerDef<S, S["_zod"]["def"]>;

type CallerDef<S, Def> = Def extends { readonly innerType: infer Part }
  ? CallerWrapper<S, Def, Part>
  : Def extends { readonly element: infer Part }
    ? CallerOf<Part>[]
    : Def extends { readonly options: readonly (infer Part)[] }
      ? CallerOf<Part>
      : Def extends { readonly type: "record"; readonly valueType: infer Part }
        ? Values<CodeOf<S>, CallerOf<Part>>
        : CallerRare<S, Def>;

type CallerRare<S, Def> = Def extends {
  readonly items: infer Items extends readonly unknown[];
  readonly rest: infer Rest;
}
  ? CallerTuple<Items, Rest>
  : Def extends { readonly left: infer Left; readonly right: infer Right }
    ? CallerOf<Left> & CallerOf<Right>
    : Def extends { readonly getter: () => infer Part }
      ? CallerOf<Part>
      : CodeOf<S>;

type CallerWrapper<S, Def, Part> = Def extends { readonly type: "optional" | "default" | "prefault" }
  ? CallerOf<Part> | undefined
  : Def extends { readonly type: "nullable" }
    ? CallerOf<Part> | null
    : Def extends { readonly type: "readonly" }
      ? Readonly<CallerOf<Part>>
      : Def extends { readonly type: "nonoptional" }
        ? Exclude<CallerOf<Part>, undefined>
        : CodeOf<S>;

type CallerTuple<Items extends readonly unknown[], Rest> = Rest extends ZodLike
  ? [...CallerItems<Items>, ...CallerOf<Rest>[]]
  : CallerItems<Items>;

type CallerItems<Items extends readonly unknown[]> = { -readonly [I in keyof Items]: CallerOf<Items[I]> };

type MayBeLeftOut = { readonly _zod: { readonly optin: "optional" | "defaulted" } | { readonly def: Anything } };

type CallerObject<Shape, Others> = Flat<
  { -readonly [K in keyof Shape as Shape[K] extends MayBeLeftOut ? never : K]: CallerOf<Shape[K]> } & {
    -readonly [K in keyof Shape as Shape[K] extends MayBeLeftOut ? K : never]?: CallerOf<Shape[K]> | undefined;
  } & Others
>;

type Values<T, Value> = { [K in keyof T]: Value };

type Flat<T> = { [K in keyof T]: T[K] } & {};
