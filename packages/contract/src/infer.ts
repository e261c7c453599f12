import type { CallerOf } from "./caller-input.js";
import type { BuiltInCode, SluiceError } from "./errors.js";
import type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  AnySubscription,
  ErrorDefinitions,
  EventSchemas,
} from "./procedure.js";
import type { CodeOf, Schema, ZodLike } from "./schema.js";

/** Shows a computed object type as a plain shape in editors. A class with private members stays as it is. */
type Plain<T> = T extends Leaf | readonly unknown[] ? T : T extends object ? Shape<T, { [K in keyof T]: T[K] }> : T;
type Shape<T, Mapped> = Mapped extends T ? Mapped : T;
/** Types without fields to show. Primitives are listed because a brand turns them into objects. */
type Leaf =
  | (string | number | boolean | bigint | symbol)
  | (Date | Error | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>)
  | ((...args: never[]) => unknown);

/** What a caller passes; `void` if the procedure takes no input. Fields with a default are optional. */
export type InputOf<P extends AnyProcedure> = P["input"] extends Schema ? CallerOf<P["input"]> : void;

/** The type of decoded data. zod's types already show as plain shapes. */
type DataOf<S> = S extends ZodLike ? S["_zod"]["output"] : Plain<CodeOf<S>>;

/**
 * Added to the type of the last parameter, it makes an input optional that may be `undefined`: because there is no
 * input, or because its schema is optional or has a default.
 */
export type LeftOut<Input> = undefined extends Input ? void : never;

/**
 * Like `LeftOut`, for a procedure that is passed without its input: `Passed`, or a sentence that says what to write.
 */
export type WithoutInput<P extends AnyProcedure, Passed, Call extends string> =
  undefined extends InputOf<P> ? Passed : `input is missing: write ${Call}`;

/**
 * Of a procedure without input, a sentence that says what to write instead of options in the place of the input; else
 * `never`.
 */
export type NoInput<P extends AnyProcedure, Call extends string> = P["input"] extends Schema
  ? never
  : `there is no input: write ${Call}`;

/** The input that server code receives: parsed, decoded, with defaults filled in; `undefined` if there is no input. */
export type ParsedInputOf<P extends AnyProcedure> = P["input"] extends Schema ? DataOf<P["input"]> : undefined;

/** The fields of the parsed input that name the topic: all of them, if the contract names no `key`. */
export type KeyOf<P extends AnySubscription> = [KeyField<P>] extends [never]
  ? ParsedInputOf<P>
  : string extends KeyField<P>
    ? ParsedInputOf<P>
    : Pick<ParsedInputOf<P>, KeyField<P> & keyof ParsedInputOf<P>>;

type KeyField<P extends AnySubscription> = NonNullable<P["key"]>[number];

/** What a query or mutation returns; `void` if it has no output. */
export type OutputOf<P extends AnyQuery | AnyMutation> = P["output"] extends Schema ? DataOf<P["output"]> : void;

/** An event to publish: without its id. */
export type EventInputOf<P extends AnySubscription> = EventInputs<P["events"]>;

type EventInputs<Events extends EventSchemas> = {
  [Type in keyof Events & string]: { type: Type; data: DataOf<Events[Type]> };
}[keyof Events & string];

/** An event that a subscriber receives: a union, discriminated by `type`. `id` is the cursor after this event. */
export type EventOf<P extends AnySubscription> = P["events"] extends infer Schemas
  ? { [Type in keyof Schemas & string]: { type: Type; data: DataOf<Schemas[Type]>; id: string } }[keyof Schemas &
      string]
  : never;

/** The data of one event type. */
export type EventDataOf<P extends AnySubscription, Type extends keyof P["events"]> = DataOf<P["events"][Type]>;

/** The state that a subscription folds into; `never` if it declares no state. */
export type StateOf<P extends AnySubscription> = P["state"] extends { readonly schema: infer State }
  ? DataOf<State>
  : never;

/** The errors that a caller of the procedure may see: its declared errors and the built-in ones. */
export type ErrorOf<P extends AnyProcedure> = P["errors"] extends infer Errors extends ErrorDefinitions
  ? DeclaredErrors<Errors> | SluiceError<BuiltInCode, undefined>
  : never;

/** The errors that a contract declares, by code, with their data. */
export type DeclaredErrors<Errors extends ErrorDefinitions> = {
  [Code in keyof Errors & string]: SluiceError<Code, ErrorData<Errors[Code]>>;
}[keyof Errors & string];

export type ErrorData<Definition> = Definition extends { readonly data: infer Data } ? DataOf<Data> : undefined;
