import { type AnyMutation, type AnyQuery, ValidationError } from "@sluice/contract";
import { checkNames, type EncodedJson, encodeJsonAsync, type NamesOf } from "@sluice/contract/internal";
import { Lifetime } from "../time/lifetime.js";
import type { TimerWheel } from "../time/timer-wheel.js";
import { argsFor, type Caller, type ServerTools } from "./args.js";
import { contextOf } from "./context-of.js";
import type { Implementation } from "./implementation.js";
import { parseCallerInput } from "./input.js";
import { runMiddlewares } from "./middleware.js";
import { assertCurrent } from "./revocable-context.js";

/** The parts of a server that a call needs. */
export interface CallParts {
  readonly tools: ServerTools;
  readonly wheel: TimerWheel;
}

/**
 * Runs a query or a mutation. `undefined`: there is no output.
 *
 * @throws SluiceError `unauthorized` if the context has expired after all middleware ran.
 */
export async function runCall(
  { tools, wheel }: CallParts,
  implementation: Implementation,
  caller: Caller,
): Promise<EncodedJson | undefined> {
  const { procedure, run, middlewares } = implementation;
  if (run.kind !== "call") throw new TypeError(`"${procedure.path}" is a subscription; it cannot be called.`);
  const args = argsFor(tools, implementation, caller);
  const output = await runMiddlewares(middlewares, args, async (last) => {
    assertCurrent(last.context, wheel.time);
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
  /** The value that the adapter's `context` function would return. */
  readonly context?: Context;
  readonly signal?: AbortSignal;
}

const optionNames: NamesOf<CallOptions<unknown>> = { context: true, signal: true };

/** Calls a query or mutation in this process, the same way as a request does. */
export async function callLocally(
  parts: CallParts,
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
    const caller = { context: contextOf(context, "call: context"), input: parsed, lifetime };
    return (await runCall(parts, implementation, caller))?.read();
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
