import { isDevelopment } from "#development";
import type { CheckContract } from "./check-contract.js";
import { createTreeCheck } from "./check-tree.js";
import { type ContractTree, stampTree } from "./contract-tree.js";
import { makeMutation, makeQuery, makeSubscription } from "./make-procedure.js";
import { checkCallNames, checkSubscriptionNames } from "./option-names.js";
import type { ErrorDefinitions, EventSchemas, Mutation, Query, Subscription } from "./procedure.js";
import type { CallOptions, SubscriptionOptions } from "./procedure-options.js";
import type { Schema } from "./schema.js";

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
  if (isDevelopment) checkSubscriptionNames(options);
  return makeSubscription(options);
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
  if (isDevelopment) checkCallNames("query", options);
  return makeQuery(options);
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
  if (isDevelopment) checkCallNames("mutation", options);
  return makeMutation(options);
}

/**
 * Turns a tree of procedures into a contract: checks all rules and gives each procedure its path. The tree that you
 * pass is not changed.
 *
 * @throws ContractError if a rule is broken. The message names the path and the rule. Bundlers' builds for production check
 * nothing, as a contract is the same whenever a program runs.
 * @example
 * export const contract = defineContract({ scores: { watch: subscription({ events: { goal: Goal } }) } });
 */
export function defineContract<Tree extends ContractTree>(
  tree: Tree extends 0 ? Tree : CheckContract<Tree>, // `Tree extends 0` is never true: the compiler infers `Tree` there
): Tree {
  return stampTree(tree as ContractTree, "", isDevelopment ? createTreeCheck() : undefined) as Tree;
}
