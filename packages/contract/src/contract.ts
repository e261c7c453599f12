import type { CheckContract } from "./check-contract.js";
import { carryCodec } from "./codec.js";
import { freezeShared } from "./freeze.js";
import { checkCallNames, checkSubscriptionNames } from "./option-names.js";
import type {
  AnyProcedure,
  ErrorDefinitions,
  EventSchemas,
  Mutation,
  ProcedureMarker,
  Query,
  Start,
  StateDefinition,
  Subscription,
} from "./procedure.js";
import { ContractError, checkProcedure, checkSegment } from "./rules.js";
import type { CodeOf, Schema } from "./schema.js";
import { schemaCodec } from "./schema-codec.js";

type FieldOf<Input> = Input extends Schema ? keyof CodeOf<Input> & string : never;

export interface SubscriptionOptions<
  Input extends Schema | undefined,
  Events extends EventSchemas,
  State extends Schema | undefined,
  Errors extends ErrorDefinitions,
  Idempotent extends boolean,
  Key extends string,
> {
  /** What the subscriber passes. Default: no input. */
  readonly input?: Input;
  /**
   * The schemas of the events, by event type. They must be synchronous, and JSON on the wire. A type is the name of an SSE
   * event, so some are refused: `message`, `open` and `error`, which an `EventSource` dispatches itself (say `said` or
   * `failed`); what starts with `$`, as control frames do; what contains `/`, CR, LF or NUL, which frames are made of;
   * `__proto__`; and the empty name.
   */
  readonly events: Events;
  /**
   * How the events fold into state. A subscription with this option has live state. It is also the way to a history that every
   * new subscriber sees: the state is kept whatever the log drops, and is sent to each new subscriber, so keep it bounded (such
   * as the last 100 messages). For a history that only readers of events need, see `start`.
   */
  readonly state?: StateDefinition<Events, NonNullable<State>> & {
    readonly schema: State;
    readonly idempotent?: Idempotent;
  };
  /** Errors that the procedure may raise, by code. */
  readonly errors?: Errors;
  /** Which input fields name the topic. Default: all of them. */
  readonly key?: readonly (Key & FieldOf<NoInfer<Input>>)[];
  /**
   * Use `"POST"` if opening the subscription has side effects. GET is then refused, and so are cross-site forms and
   * links. Default: `"GET"`.
   */
  readonly method?: "GET" | "POST";
  /**
   * Where a new subscriber begins: at the `"head"` (default), with the `"oldest"` event, or with the `last` so many; both as far
   * as the log keeps events (`retain`). A subscription with state begins with a snapshot instead.
   *
   * That is the way to a history of plain events, which may be long and may be cut short. If it must be there whatever the log
   * drops, or events correct earlier ones, fold it into a `state`.
   */
  readonly start?: Start;
  /**
   * After a reset, if there is no state: `"fail"` ends with the error `gap`, `"skip"` continues from the oldest event
   * that the server has. Default: `"fail"`.
   */
  readonly onGap?: "fail" | "skip";
}

/**
 * Defines a subscription: a stream of typed events, and optionally the state that they fold into.
 *
 * @throws TypeError if an option has an unknown name. `defineContract` checks everything else that the types can't;
 * its error names the path and the rule.
 * @example
 * subscription({
 *   input: z.object({ matchId: z.string() }),
 *   events: { goal: z.object({ team: z.enum(["home", "away"]) }) },
 *   state: {
 *     schema: z.object({ home: z.int(), away: z.int() }),
 *     initial: { home: 0, away: 0 },
 *     apply: { goal: (score, { team }) => ({ ...score, [team]: score[team] + 1 }) },
 *   },
 * })
 */
export function subscription<
  const Events extends EventSchemas,
  Input extends Schema | undefined = undefined,
  State extends Schema | undefined = undefined,
  const Errors extends ErrorDefinitions = {},
  const Idempotent extends boolean = false,
  Key extends string = never,
>(
  options: SubscriptionOptions<Input, Events, State, Errors, Idempotent, Key>,
): Subscription<Input, Events, State, Errors, Idempotent, Key> {
  checkSubscriptionNames(options);
  return {
    kind: "subscription",
    path: "",
    input: options.input as Input,
    events: options.events,
    state: options.state as Subscription<Input, Events, State>["state"],
    idempotent: (options.state?.idempotent ?? false) as Idempotent,
    errors: options.errors ?? ({} as Errors),
    method: options.method ?? "GET",
    key: options.key,
    start: options.start ?? "head",
    onGap: options.onGap ?? "fail",
  };
}

export interface CallOptions<
  Input extends Schema | undefined,
  Output extends Schema | undefined,
  Errors extends ErrorDefinitions,
> {
  /** What the caller passes. Default: no input. */
  readonly input?: Input;
  /** What the caller receives. Default: no output. */
  readonly output?: Output;
  /** Errors that the procedure may raise, by code. */
  readonly errors?: Errors;
}

/**
 * Defines a query: a call that reads, returns one JSON value, and is safe to repeat.
 *
 * @throws TypeError if an option has an unknown name.
 * @example query({ input: z.object({ id: z.string() }), output: Match })
 */
export function query<
  Input extends Schema | undefined = undefined,
  Output extends Schema | undefined = undefined,
  const Errors extends ErrorDefinitions = {},
>(options: CallOptions<Input, Output, Errors> = {}): Query<Input, Output, Errors> {
  checkCallNames("query", options);
  return { kind: "query", path: "", ...callParts(options) };
}

/**
 * Defines a mutation: a call that changes something and returns one JSON value. The server accepts it by POST only.
 *
 * @throws TypeError if an option has an unknown name.
 * @example mutation({ input: GoalReport, output: z.object({ cursor: z.string() }) })
 */
export function mutation<
  Input extends Schema | undefined = undefined,
  Output extends Schema | undefined = undefined,
  const Errors extends ErrorDefinitions = {},
>(options: CallOptions<Input, Output, Errors> = {}): Mutation<Input, Output, Errors> {
  checkCallNames("mutation", options);
  return { kind: "mutation", path: "", ...callParts(options) };
}

const callParts = <
  Input extends Schema | undefined,
  Output extends Schema | undefined,
  Errors extends ErrorDefinitions,
>(
  options: CallOptions<Input, Output, Errors>,
) => ({
  input: options.input as Input,
  output: options.output as Output,
  errors: options.errors ?? ({} as Errors),
});

/** A tree of procedures. */
export interface ContractTree {
  readonly [name: string]: ProcedureMarker | ContractTree;
}

/**
 * Turns a tree of procedures into a contract: checks all rules and gives each procedure its path. The tree that you
 * pass is not changed.
 *
 * @throws ContractError if a rule is broken. The message names the path and the rule.
 * @example
 * export const contract = defineContract({ scores: { watch: subscription({ events: { goal: Goal } }) } });
 */
export function defineContract<Tree extends ContractTree>(
  tree: Tree extends 0 ? Tree : CheckContract<Tree>, // `Tree extends 0` is never true: the compiler infers `Tree` there
): Tree {
  return stampTree(tree as ContractTree, "", new Map()) as Tree;
}

/** @param places the path at which each procedure and subtree was first found */
function stampTree(tree: ContractTree, parent: string, places: Map<object, string>): ContractTree {
  const stamped: Record<string, ProcedureMarker | ContractTree> = {};
  for (const [name, node] of Object.entries(tree)) {
    checkSegment(name, parent);
    const path = parent ? `${parent}/${name}` : name;
    if (typeof node !== "object" || node === null) {
      throw new ContractError(
        path,
        `has a value of type ${node === null ? "null" : typeof node}; allowed are procedures and objects that contain procedures`,
      );
    }
    const place = places.get(node);
    if (place !== undefined) throw new ContractError(path, `is already used at "${place}"; define a new one`);
    places.set(node, path);
    if (isProcedure(node)) {
      checkProcedure(node, path);
      // All topics share this one object, on the server and in the client.
      if (node.kind === "subscription") freezeShared(node.state?.initial);
      stamped[name] = Object.freeze(carryCodec({ ...node, path }, schemaCodec(node)));
    } else {
      stamped[name] = stampTree(node as ContractTree, path, places);
    }
  }
  return Object.freeze(stamped);
}

/** Returns true if a node of a contract is a procedure, false if it is a subtree. */
export function isProcedure(node: ProcedureMarker | ContractTree): node is AnyProcedure {
  return typeof node.kind === "string" && typeof node.path === "string";
}

/** All procedures of a contract, in order of definition. */
export function* proceduresOf(tree: ContractTree): Generator<AnyProcedure> {
  for (const node of Object.values(tree)) {
    if (isProcedure(node)) yield node;
    else yield* proceduresOf(node as ContractTree);
  }
}
