import type { BuiltInCode } from "./errors.js";
import type { AnyMutation, AnyQuery, AnySubscription } from "./procedure.js";
import type { CodeOf } from "./schema.js";
import type { Shaped, TraitsOf } from "./schema-traits.js";

/**
 * What the compiler holds against a contract: `unknown` wherever a tree is right, else a sentence in the place of what is
 * wrong. It stands at `defineContract`, where all types are known: earlier, a function that is generic in a schema could
 * not define a procedure with it.
 */
export type CheckContract<Tree> = undefined extends 0
  ? 'Sluice needs "strictNullChecks": turn it on, or "strict", in tsconfig.json'
  : {
      [Name in keyof Tree]: Name extends "router" | "context" | "use" | "middleware" | "then"
        ? `"${Name}" cannot stand at a contract's root: the server's builder has a member of this name`
        : CheckNode<Tree[Name]>;
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
    : { [Name in keyof Node]: CheckNode<Node[Name]> };

type Refuse<Problem> = [Problem] extends [never] ? unknown : Problem;

type ProblemsOfEvents<Events> = {
  [Type in keyof Events]: CheckEventType<Type> | At<`event "${Type & string}"`, UnfitFrame<Events[Type]>>;
}[keyof Events];

type CheckEventType<Type> = Type extends "" | "open" | "error" | "message" | `$${string}` | `${string}/${string}`
  ? BadEventType<Type>
  : never;

type BadEventType<Type extends string> = Type extends `$${string}`
  ? `"${Type}" cannot be an event type: "$" starts the names of control frames`
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

/** What JSON can't carry. */
type Unfit<S> = Exclude<TraitsOf<S>, "differs">;

/** The same, for what a frame always carries: an input or output may be absent, an event or a state may not. */
type UnfitFrame<S> = Unfit<S> | Undefinable<S>;

type Undefinable<S> = S extends Shaped
  ? never
  : unknown extends CodeOf<S>
    ? never
    : undefined extends CodeOf<S>
      ? "a frame cannot carry undefined: use null, or an object"
      : never;
