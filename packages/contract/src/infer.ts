import type { BuiltInCode, SluiceError } from "./errors.js";
import type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  AnySubscription,
  ErrorDefinitions,
  EventSchemas,
} from "./procedure.js";
import type { CodeOf, Schema, WireOf } from "./schema.js";

/** Shows a computed object type as the plain shape that it is. A class with private members is more than its shape. */
type Plain<T> = T extends Leaf | readonly unknown[] ? T : T extends object ? Shape<T, { [K in keyof T]: T[K] }> : T;
type Shape<T, Mapped> = Mapped extends T ? Mapped : T;
/** What has no fields of its own to show. Primitives stand here for those that a brand makes objects, too. */
type Leaf =
  | (string | number | boolean | bigint | symbol)
  | (Date | Error | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>)
  | ((...args: never[]) => unknown);

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/**
 * A caller may leave out what the schema fills in, at any depth. Where code has members that the wire has not, a codec made
 * it a class, which must stay what it is.
 */
type CallerInput<Code, Wire> = Code extends Leaf
  ? Code
  : Code extends readonly unknown[]
    ? { [K in keyof Code]: CallerField<Code[K], WireField<Wire, K>> }
    : Code extends object
      ? [keyof Code] extends [KeyOf<Wire>]
        ? CallerObject<Code, OptionOf<Wire, Code>>
        : Code
      : Code;

type CallerObject<Code, Wire> = Plain<
  {
    [K in keyof Code as K extends OptionalKeys<Wire> ? never : K]: CallerField<Code[K], WireField<Wire, K>>;
  } & {
    [K in keyof Code as K extends OptionalKeys<Wire> ? K : never]?:
      | CallerField<Code[K], WireField<Wire, K>>
      | undefined;
  }
>;

type KeyOf<T> = T extends unknown ? keyof T : never;
type WireField<Wire, K> = K extends keyof Wire ? Exclude<Wire[K], null | undefined> : never;

/** Which option of a union on the wire an option in code is: the only one, or one with the same fields and the same tag. */
type OptionOf<Wire, Code, Options = Wire> = Wire extends unknown
  ? [Options] extends [Wire]
    ? Wire
    : [keyof Wire, keyof Code, Tags<Code>] extends [keyof Code, keyof Wire, Pick<Wire, keyof Wire & keyof Tags<Code>>]
      ? Wire
      : never
  : never;
type Tags<T> = { [K in keyof T as T[K] extends string | number | boolean | null ? K : never]: T[K] };

/** Looks deeper only where both sides are objects that differ: elsewhere there is nothing to leave out. */
type CallerField<Code, Wire> = [Wire] extends [NonNullable<Code>]
  ? Code
  : [Wire] extends [object]
    ? CallerInput<Code, Wire>
    : Code;

/** What a caller passes; `void` if the procedure takes nothing. Fields with a default may be left out. */
export type InputOf<P extends AnyProcedure> = P["input"] extends Schema
  ? CallerInput<CodeOf<P["input"]>, Exclude<WireOf<P["input"]>, null | undefined>>
  : void;

/** What the server's code gets as input: parsed, decoded, with defaults filled in; `undefined` if there is none. */
export type ParsedInputOf<P extends AnyProcedure> = P["input"] extends Schema ? Plain<CodeOf<P["input"]>> : undefined;

/** What a query or mutation answers; `void` if it answers nothing. */
export type OutputOf<P extends AnyQuery | AnyMutation> = P["output"] extends Schema ? Plain<CodeOf<P["output"]>> : void;

/** An event without its id: what is published. */
export type EventInputOf<P extends AnySubscription> = EventInputs<P["events"]>;

type EventInputs<Events extends EventSchemas> = {
  [Type in keyof Events & string]: { type: Type; data: Plain<CodeOf<Events[Type]>> };
}[keyof Events & string];

/** An event as subscribers get it: a union, discriminated by `type`. `id` is the cursor after this event. */
export type EventOf<P extends AnySubscription> = Events<P["events"]>;

type Events<Schemas extends EventSchemas> = {
  [Type in keyof Schemas & string]: { type: Type; data: Plain<CodeOf<Schemas[Type]>>; id: string };
}[keyof Schemas & string];

/** The data of one event type. */
export type EventDataOf<P extends AnySubscription, Type extends keyof P["events"]> = Plain<CodeOf<P["events"][Type]>>;

/** The state that a subscription folds into; `never` if it declares none. */
export type StateOf<P extends AnySubscription> = P["state"] extends { readonly schema: infer State }
  ? Plain<CodeOf<State>>
  : never;

/** The errors that a procedure's caller may see: those that it declares, and the built-in ones. */
export type ErrorOf<P extends AnyProcedure> = DeclaredErrors<P["errors"]> | SluiceError<BuiltInCode, undefined>;

/** The errors that a contract declares, by code, with their data. */
export type DeclaredErrors<Errors extends ErrorDefinitions> = {
  [Code in keyof Errors & string]: SluiceError<Code, ErrorData<Errors[Code]>>;
}[keyof Errors & string];

export type ErrorData<Definition> = Definition extends { readonly data: infer Data } ? Plain<CodeOf<Data>> : undefined;
