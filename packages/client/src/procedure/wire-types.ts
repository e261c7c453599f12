import type {
  AnySubscription,
  ContractTree,
  ErrorDefinitions,
  EventSchemas,
  InputOf,
  Mutation,
  Query,
  Schema,
  Subscription,
  WireOf,
} from "@sluice/contract";
import type { SubscriptionHandlers } from "../subscription/handlers.js";
import type { CallProcedure, ClientMembers, SubscribeArguments, SubscriptionBase } from "./procedure.js";

/** A schema whose code type is its wire type. */
export interface WireSchema<Wire> extends Schema {
  readonly _zod: { readonly input: Wire; readonly output: Wire };
}

type OnWire<S> = S extends Schema ? WireSchema<WireOf<S>> : undefined;

type EventsOnWire<Events extends EventSchemas> = { readonly [Type in keyof Events]: WireSchema<WireOf<Events[Type]>> };

type ErrorsOnWire<Errors extends ErrorDefinitions> = {
  readonly [Code in keyof Errors]: Errors[Code] extends { readonly data: infer Data }
    ? { readonly data: WireSchema<WireOf<Data>> }
    : {};
};

/** A subscriber's handlers. Data is in wire form: a codec's Date is its ISO text. */
export interface WireSubscriptionHandlers<P extends AnySubscription, State>
  extends Omit<SubscriptionHandlers<P>, "onState"> {
  /**
   * The state, if the contract declares one, as the server sends it: when the subscription opens and after a reset.
   * Later events aren't folded into it, as this client has no fold. A subscriber that joins an open subscription gets
   * the next one.
   */
  readonly onSnapshot?: (state: State) => void;
}

/** A subscription of a client that was created from a contract's type. */
export interface WireSubscriptionProcedure<P extends AnySubscription, State> extends SubscriptionBase<P> {
  /**
   * Calls the handlers until the returned function is called or `signal` aborts. Subscribers with the same input share
   * one connection.
   *
   * @example
   * const stop = client.scores.watch.subscribe({ matchId: "m1" }, { on: { goal: ({ minute }) => show(minute) } });
   */
  subscribe(...given: SubscribeArguments<InputOf<P>, WireSubscriptionHandlers<P, State>>): () => void;
}

/** Members of every procedure, which a client without a contract can't tell from children. */
type MemberName = keyof Object | "apply" | "bind" | "call" | "iterate" | "subscribe" | "store" | "toJSON";

/** The contract's tree on wire types. */
export type WireClient<Tree> = WireTree<Tree> & ClientMembers;

/** A subtree of a `WireClient`. */
export type WireTree<Tree> = {
  readonly [Name in keyof Tree]: Name extends MemberName
    ? `"${Name}" is a member of every procedure, so a client made from types can't reach it: pass the contract`
    : Tree[Name] extends Subscription<infer Input, infer Events, infer State, infer Errors, infer Idempotent>
      ? WireSubscriptionProcedure<
          Subscription<OnWire<Input>, EventsOnWire<Events>, undefined, ErrorsOnWire<Errors>, Idempotent>,
          State extends Schema ? WireOf<State> : never
        >
      : Tree[Name] extends Query<infer Input, infer Output, infer Errors>
        ? CallProcedure<Query<OnWire<Input>, OnWire<Output>, ErrorsOnWire<Errors>>>
        : Tree[Name] extends Mutation<infer Input, infer Output, infer Errors>
          ? CallProcedure<Mutation<OnWire<Input>, OnWire<Output>, ErrorsOnWire<Errors>>>
          : Tree[Name] extends ContractTree
            ? WireTree<Tree[Name]>
            : never;
};
