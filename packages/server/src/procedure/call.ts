import {
  type AnyMutation,
  type AnyQuery,
  type AnySubscription,
  checkNames,
  type EncodedJson,
  encodeJsonAsync,
  type NamesOf,
  ValidationError,
} from "@sluice/contract";
import type { Runtime } from "../runtime.js";
import { Lifetime } from "../time/lifetime.js";
import { errorsFor } from "./errors.js";
import type { Implementation } from "./implementation.js";
import { parseCallerInput } from "./input.js";
import { withSignal } from "./lazy-signal.js";
import { type AnyArgs, runMiddlewares } from "./middleware.js";
import type { ReadStateOptions } from "./read-state.js";
import { assertCurrent } from "./revocable-context.js";

export interface Caller {
  readonly context: object;
  /** Parsed and decoded. */
  readonly input: unknown;
  readonly lifetime: Lifetime;
}

type Tools = Pick<Runtime, "publish" | "state" | "foldedState">;
type CallTools = Tools & Pick<Runtime, "wheel">;

/** What middleware and the procedure's own code are called with. */
export const argsFor = (
  { publish, state, foldedState }: Tools,
  { procedure: { path, errors }, run }: Implementation,
  { context, input, lifetime }: Caller,
) => {
  // Within its own snapshot, a procedure's state is what the log says: it would ask itself without end.
  const isOwn = run.kind === "live" && run.snapshot !== undefined;
  const read = (of: AnySubscription, input?: unknown, options?: ReadStateOptions) =>
    (of?.path === path ? foldedState : state)(of, input, options);
  const all = { context, input, path, errors: errorsFor(errors), publish, state: isOwn ? read : state };
  return withSignal(all, lifetime) as AnyArgs;
};

/**
 * Runs a query or a mutation. `undefined`: there is no output.
 *
 * @throws SluiceError `unauthorized` if its context has expired when all middleware has run.
 */
export async function runCall(
  tools: CallTools,
  implementation: Implementation,
  caller: Caller,
): Promise<EncodedJson | undefined> {
  const { procedure, run, middlewares } = implementation;
  if (run.kind !== "call") throw new TypeError(`"${procedure.path}" is a subscription; it cannot be called.`);
  const args = argsFor(tools, implementation, caller);
  const output = await runMiddlewares(middlewares, args, async (last) => {
    assertCurrent(last.context, tools.wheel.time);
    return run.handler(last as never);
  });
  const schema = (procedure as AnyQuery | AnyMutation).output;
  try {
    return schema && (await encodeJsonAsync(schema, output));
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError(error.issues, `The output of "${procedure.path}"`);
  }
}

export interface CallOptions<Context> {
  /** What the adapter's `context` function would give. */
  readonly context?: Context;
  readonly signal?: AbortSignal;
}

const optionNames: NamesOf<CallOptions<unknown>> = { context: true, signal: true };

/** A query or mutation called in this process, by the same path that a request takes. */
export async function callLocally(
  tools: CallTools,
  implementation: Implementation,
  input: unknown,
  options: CallOptions<unknown>,
): Promise<unknown> {
  checkNames("call", options, optionNames);
  const { context, signal } = options;
  const parsed = await parseCallerInput(implementation.procedure, input);
  const lifetime = new Lifetime();
  const end = () => lifetime.end();
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end, { once: true });
  try {
    const caller = { context: (context ?? {}) as object, input: parsed, lifetime };
    return (await runCall(tools, implementation, caller))?.read();
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
