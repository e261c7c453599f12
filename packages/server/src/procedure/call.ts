import { type AnyMutation, type AnyQuery, coderOf } from "@sluice/contract";
import type { Lifetime } from "../connection/lifetime.js";
import type { Runtime } from "../runtime.js";
import { errorsFor } from "./errors.js";
import type { Implementation } from "./implementation.js";
import { type AnyArgs, runMiddlewares } from "./middleware.js";

export interface Caller {
  readonly context: object;
  /** Parsed and decoded. */
  readonly input: unknown;
  readonly lifetime: Lifetime;
}

type Tools = Pick<Runtime, "publish" | "state">;

/** What middleware and the procedure's own code are called with. */
export const argsFor = (
  { publish, state }: Tools,
  { procedure: { path, errors } }: Implementation,
  { context, input, lifetime }: Caller,
) => ({ context, input, signal: lifetime.signal, path, errors: errorsFor(errors), publish, state }) as AnyArgs;

/** Runs a query or a mutation. The answer is in wire form. */
export async function runCall(tools: Tools, implementation: Implementation, caller: Caller): Promise<unknown> {
  const { procedure, run, middlewares } = implementation;
  if (run.kind !== "call") throw new TypeError(`"${procedure.path}" is a subscription; it cannot be called.`);
  const args = argsFor(tools, implementation, caller);
  const output = await runMiddlewares(middlewares, args, async (last) => run.handler(last as never));
  const schema = (procedure as AnyQuery | AnyMutation).output;
  return schema ? coderOf(schema).encode(output) : undefined;
}
