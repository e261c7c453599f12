import type { CodeOf, Schema } from "./schema.js";

/** Schemas of a subscription's events, by event type. */
export type EventSchemas = Readonly<Record<string, Schema>>;

/** An error that a procedure may raise, beside the built-in ones. */
export interface ErrorDefinition {
  /** HTTP status, 400 to 599. Default: 422. */
  readonly status?: number;
  /** What the error carries. Default: nothing. */
  readonly data?: Schema;
}

export type ErrorDefinitions = Readonly<Record<string, ErrorDefinition>>;

/** How a subscription's events fold into state. The same functions run on the server and in the client. */
export interface StateDefinition<Events extends EventSchemas, State extends Schema> {
  /** The state's schema: the wire type of a snapshot. */
  readonly schema: State;
  /** The state of a topic without events. Its plain objects and arrays are frozen by `defineContract`. */
  readonly initial: CodeOf<NoInfer<State>>;
  /**
   * One pure function per event type: the state before and the event's data give the state after. Absent: no change. Both are
   * shared, so they are frozen, and an `apply` that changes them in place throws. A `Map`, a `Date` or an instance of a class
   * can't be frozen: unless `NODE_ENV` is `production`, one that was changed is found by encoding the state before and after.
   */
  readonly apply: {
    readonly [Type in keyof NoInfer<Events>]?: (
      state: CodeOf<NoInfer<State>>,
      data: CodeOf<NoInfer<Events>[Type]>,
    ) => CodeOf<NoInfer<State>>;
  };
  /**
   * Which edition of the state this is: raise it whenever the schema changes, or an event is renamed or removed. It is saved with
   * every snapshot, and once it is raised, servers with a lower one step back from a topic that it was published to. A whole number
   * of at least 1. Default: 1.
   */
  readonly version?: number;
  /**
   * Makes a state of this version from one that was saved with a lower one, where events that it was folded from are no longer
   * there. `old` is in wire form, as the old contract's schema encoded it: parse it with that, if you kept it. If `migrate` throws,
   * or gives a state that doesn't fit, the topic is `unavailable` until it doesn't. Default: such a state begins anew, with `initial`.
   *
   * @example migrate: (old, fromVersion) => ({ ...ScoreV1.parse(old), corners: 0 })
   */
  readonly migrate?: (old: unknown, fromVersion: number) => CodeOf<NoInfer<State>>;
  /**
   * Says that applying an event twice gives the same state as applying it once, so that a snapshot may come without the
   * cursor it belongs to. Default: `false`.
   */
  readonly idempotent?: boolean;
}

/** Where a new subscriber begins. With state it always begins with a snapshot. */
export type Start = "head" | "oldest" | { readonly last: number };

interface ProcedureBase<Input extends Schema | undefined, Errors extends ErrorDefinitions> {
  /** Keys from the contract's root, joined by `/`. Empty until `defineContract` stamps it. */
  readonly path: string;
  readonly input: Input;
  readonly errors: Errors;
}

export interface Subscription<
  Input extends Schema | undefined = Schema | undefined,
  Events extends EventSchemas = EventSchemas,
  State extends Schema | undefined = Schema | undefined,
  Errors extends ErrorDefinitions = ErrorDefinitions,
  Idempotent extends boolean = boolean,
> extends ProcedureBase<Input, Errors> {
  readonly kind: "subscription";
  readonly events: Events;
  readonly state: State extends Schema ? StateDefinition<Events, State> : undefined;
  readonly idempotent: Idempotent;
  readonly method: "GET" | "POST";
  readonly key: readonly string[] | undefined;
  readonly start: Start;
  readonly onGap: "fail" | "skip";
}

export interface Query<
  Input extends Schema | undefined = Schema | undefined,
  Output extends Schema | undefined = Schema | undefined,
  Errors extends ErrorDefinitions = ErrorDefinitions,
> extends ProcedureBase<Input, Errors> {
  readonly kind: "query";
  readonly output: Output;
}

export interface Mutation<
  Input extends Schema | undefined = Schema | undefined,
  Output extends Schema | undefined = Schema | undefined,
  Errors extends ErrorDefinitions = ErrorDefinitions,
> extends ProcedureBase<Input, Errors> {
  readonly kind: "mutation";
  readonly output: Output;
}

/**
 * Any leaf, seen from outside. Not generic on purpose: as the expected type of a call to `subscription(…)` it gives the
 * compiler nothing to infer from, where a generic one would turn whatever is left out into `any`.
 */
export interface ProcedureMarker {
  readonly kind: "subscription" | "query" | "mutation";
  readonly path: string;
}

// biome-ignore-start lint/suspicious/noExplicitAny: markers that every procedure fits; a constraint that mentioned the generics would widen them
export type AnySubscription = Subscription<any, any, any, any, any>;
export type AnyQuery = Query<any, any, any>;
export type AnyMutation = Mutation<any, any, any>;
// biome-ignore-end lint/suspicious/noExplicitAny: see above
/** A leaf of a contract. */
export type AnyProcedure = AnySubscription | AnyQuery | AnyMutation;

/** The version of a subscription's state. */
export const stateVersionOf = ({ state }: AnySubscription): number => state?.version ?? 1;
