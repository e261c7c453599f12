import type { ErrorDefinitions, EventSchemas, Mutation, Query, Subscription } from "./procedure.js";
import type { CallOptions, SubscriptionOptions } from "./procedure-options.js";
import type { Schema } from "./schema.js";

/** A subscription without a path, of options that aren't checked. */
export function makeSubscription<
  const Events extends EventSchemas,
  Input extends Schema | undefined,
  State extends Schema | undefined,
  const Errors extends ErrorDefinitions,
  const Idempotent extends boolean,
  Key extends string,
>(
  options: SubscriptionOptions<Input, Events, State, Errors, Idempotent, Key>,
): Subscription<Input, Events, State, Errors, Idempotent, Key> {
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

/** A query without a path, of options that aren't checked. */
export const makeQuery = <
  Input extends Schema | undefined,
  Output extends Schema | undefined,
  const Errors extends ErrorDefinitions,
>(
  options: CallOptions<Input, Output, Errors> = {},
): Query<Input, Output, Errors> => ({ kind: "query", path: "", ...callParts(options) });

/** A mutation without a path, of options that aren't checked. */
export const makeMutation = <
  Input extends Schema | undefined,
  Output extends Schema | undefined,
  const Errors extends ErrorDefinitions,
>(
  options: CallOptions<Input, Output, Errors> = {},
): Mutation<Input, Output, Errors> => ({ kind: "mutation", path: "", ...callParts(options) });

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
