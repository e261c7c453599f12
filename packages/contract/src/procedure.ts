import type { CodeOf, Schema } from "./schema.js";

/** The schemas of a subscription's events, by event type. */
export type EventSchemas = Readonly<Record<string, Schema>>;

/** An error that a procedure may raise, in addition to the built-in ones. */
export interface ErrorDefinition {
  /** HTTP status, 400 to 599. Default: 422. */
  readonly status?: number;
  /** The schema of the error's data. Default: no data. */
  readonly data?: Schema;
}

export type ErrorDefinitions = Readonly<Record<string, ErrorDefinition>>;

/** How a subscription's events fold into state. The same functions run on the server and in the client. */
export interface StateDefinition<Events extends EventSchemas, State extends Schema> {
  /** The schema of the state. A snapshot is the state in this schema's wire form. */
  readonly schema: State;
  /** The state of a topic without events. `defineContract` freezes its plain objects and arrays. */
  readonly initial: CodeOf<NoInfer<State>>;
  /**
   * One pure function per event type. It takes the state and the event's data and returns the new state. An event
   * type without a function changes nothing. Both arguments are shared and frozen: an `apply` that changes them in
   * place throws. A `Map`, a `Date` or an instance of a class can't be frozen. Unless `NODE_ENV` is `production`,
   * such a change is detected by encoding the state before and after.
   */
  readonly apply: {
    readonly [Type in keyof NoInfer<Events>]?: (
      state: CodeOf<NoInfer<State>>,
      data: CodeOf<NoInfer<Events>[Type]>,
    ) => CodeOf<NoInfer<State>>;
  };
  /**
   * The version of the state: a whole number of at least 1. Raise it when the schema changes, or when an event is
   * renamed or removed. It is saved with every snapshot. After a server with a higher version has published to a
   * topic, servers with a lower version no longer serve that topic. Default: 1.
   */
  readonly version?: number;
  /**
   * Creates a state of this version from a saved state of a lower version. It is called when the log no longer has
   * all events of that state. `old` is in wire form, encoded by the old contract's schema: parse it with that schema
   * if you kept it. If `migrate` throws or returns a state that doesn't fit, the topic is `unavailable` until
   * `migrate` succeeds. Default: the state begins again with `initial`.
   *
   * @example migrate: (old, fromVersion) => ({ ...ScoreV1.parse(old), corners: 0 })
   */
  readonly migrate?: (old: unknown, fromVersion: number) => CodeOf<NoInfer<State>>;
  /**
   * Set to `true` if applying an event twice gives the same state as applying it once. A snapshot may then come
   * without the cursor it belongs to. Default: `false`.
   */
  readonly idempotent?: boolean;
}

/** Where a new subscriber begins, as far as the log keeps events. With state, a subscriber always begins with a snapshot. */
export type Start = "head" | "oldest" | { readonly last: number };

interface ProcedureBase<Input extends Schema | undefined, Errors extends ErrorDefinitions> {
  /** Keys from the contract's root, joined by `/`. Empty until `defineContract` sets it. */
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
  Key extends string = string,
> extends ProcedureBase<Input, Errors> {
  readonly kind: "subscription";
  readonly events: Events;
  readonly state: State extends Schema ? StateDefinition<Events, State> : undefined;
  readonly idempotent: Idempotent;
  readonly method: "GET" | "POST";
  /** Names of input fields. `never[]`, and `undefined`: all fields form the key. */
  readonly key: readonly Key[] | undefined;
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
 * Any procedure, without its type parameters. It must not be generic: as the expected type of a call to
 * `subscription(…)`, a generic type would turn every omitted option into `any`.
 */
export interface ProcedureMarker {
  readonly kind: "subscription" | "query" | "mutation";
  readonly path: string;
}

// biome-ignore-start lint/suspicious/noExplicitAny: markers that every procedure fits; a constraint that mentioned the generics would widen them
export type AnySubscription = Subscription<any, any, any, any, any, string>;
export type AnyQuery = Query<any, any, any>;
export type AnyMutation = Mutation<any, any, any>;
// biome-ignore-end lint/suspicious/noExplicitAny: see above
/** Any procedure of a contract. */
export type AnyProcedure = AnySubscription | AnyQuery | AnyMutation;

/** The version of a subscription's state. */
export const stateVersionOf = ({ state }: AnySubscription): number => state?.version ?? 1;
