import type { BuiltInCode } from "./errors.js";
import type { AnyMutation, AnyQuery, AnySubscription } from "./procedure.js";
import type { CodeOf } from "./schema.js";
import type { Shaped, TraitsOf } from "./schema-traits.js";

/**
 * Type-level checks of a contract: `unknown` where a node is valid, otherwise a sentence that describes the problem.
 * The check is at `defineContract`, where all types are concrete. An earlier check would make it impossible to define
 * a procedure inside a function that is generic in a schema.
 */
export type CheckContract<Tree> = undefined extends 0
  ? 'Sluice needs "strictNullChecks": turn it on, or "strict", in tsconfig.json'
  : {
      [Name in keyof Tree]: Name extends "then" | `$${string}` ? BadName<Name> : CheckNode<Tree[Name]>;
    };

type CheckNode<Node> = Node extends AnySubscription
  ? Refuse<
      | At<"input", Unfit<Node["input"]>>
      | ProblemsOfEvents<Node["events"]>
      | (Node["state"] extends { readonly schema: infer State } ? At<"state", UnfitFrame<State>> : never)
      | ProblemsOfErrors<Node["errors"]>
    >
  : Node extends AnyQuery | AnyMutation
    ? Refuse<At<"input", Unfit<Node["input"]>> | At<"output", Unfit<Node["output"]>> | ProblemsOfErrors<Node["errors"]>>
    : { [Name in keyof Node]: Name extends "then" | `$${string}` ? BadName<Name> : CheckNode<Node[Name]> };

type BadName<Name extends string> = Name extends "then"
  ? `"then" is a reserved name: await would call it`
  : `"${Name}" starts with "$", which is reserved for Sluice's own members and paths`;

type Refuse<Problem> = [Problem] extends [never] ? unknown : Problem;

type ProblemsOfEvents<Events> = {
  [Type in keyof Events]: CheckEventType<Type> | At<`event "${Type & string}"`, UnfitFrame<Events[Type]>>;
}[keyof Events];

type CheckEventType<Type> = Type extends "" | "open" | "error" | "message" | `$${string}` | `${string}/${string}`
  ? BadEventType<Type>
  : never;

type BadEventType<Type extends string> = Type extends `$${string}`
  ? `"${Type}" cannot be an event type: "$" is reserved for control frames`
  : Type extends `${string}/${string}`
    ? `"${Type}" cannot be an event type: "/" separates a lane from a type`
    : `"${Type}" cannot be an event type: EventSource uses this name itself`;

type ProblemsOfErrors<Errors> = keyof Errors extends never
  ? never
  : {
      [Code in keyof Errors & string]:
        | (Code extends BuiltInCode ? `"${Code}" is a built-in error code: choose another name` : never)
        | (Errors[Code] extends { readonly data: infer Data } ? At<`error "${Code}"`, Unfit<Data>> : never);
    }[keyof Errors & string];

type At<Place extends string, Problem> = [Problem] extends [never] ? never : `${Place}: ${Problem & string}`;

/** The parts that JSON can't carry. */
type Unfit<S> = Exclude<TraitsOf<S>, "differs">;

/** Like `Unfit`, for events and states: a frame always has data, so they can't be undefined. Inputs and outputs can. */
type UnfitFrame<S> = Unfit<S> | Undefinable<S>;

type Undefinable<S> = S extends Shaped
  ? never
  : unknown extends CodeOf<S>
    ? never
    : undefined extends CodeOf<S>
      ? "a frame cannot carry undefined: use null, or an object"
      : never;
