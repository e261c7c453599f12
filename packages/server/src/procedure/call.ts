import { type AnyMutation, type AnyQuery, coderOf } from "@sluice/contract";
import type { Lifetime } from "../connection/lifetime.js";
import type { Publish } from "../publish/publisher.js";
import { errorsFor } from "./errors.js";
import type { Implementation } from "./implementation.js";
import { type AnyArgs, runMiddlewares } from "./middleware.js";

export interface Caller {
  readonly context: object;
  /** Parsed and decoded. */
  readonly input: unknown;
  readonly lifetime: Lifetime;
}

/** What middleware and the procedure's own code are called with. */
export const argsFor = ({ procedure }: Implementation, { context, input, lifetime }: Caller) =>
  ({ context, input, signal: lifetime.signal, path: procedure.path, errors: errorsFor(procedure.errors) }) as AnyArgs;

/** Runs a query or a mutation. The answer is in wire form. */
export async function runCall(implementation: Implementation, caller: Caller, publish: Publish): Promise<unknown> {
  const { procedure, run, middlewares } = implementation;
  if (run.kind !== "call") throw new TypeError(`"${procedure.path}" is a subscription; it cannot be called.`);
  const output = await runMiddlewares(middlewares, argsFor(implementation, caller), async (args) =>
    run.handler({ ...args, publish } as never),
  );
  const schema = (procedure as AnyQuery | AnyMutation).output;
  return schema ? coderOf(schema).encode(output) : undefined;
}
