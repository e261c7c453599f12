import type { ErrorDefinitions } from "@sluice/contract";
import { checkNames } from "@sluice/contract/internal";
import type { Disconnect } from "../control/disconnect-options.js";
import type { GetTopic } from "../publish/topic-handle.js";
import type { ErrorsOf } from "./errors.js";
import { withSignal } from "./lazy-signal.js";
import { mergeContext } from "./merge-context.js";

declare const added: unique symbol;

/**
 * Returned by `next` and by a middleware. It proves that the rest ran, and carries the type of what was added to the
 * context.
 */
export interface MiddlewareResult<Added extends object> {
  readonly [added]?: Added;
}

/** The arguments that middleware, handlers and generators share. */
export interface ProcedureArgs<Context, Input, Errors extends ErrorDefinitions> {
  readonly context: Context;
  /** Parsed and decoded, with defaults filled in. */
  readonly input: Input;
  /** Makes this procedure's errors by name. */
  readonly errors: ErrorsOf<Errors>;
  /** Path of the procedure, such as `scores/watch`. */
  readonly path: string;
  /** Aborts when the caller is gone, for whatever reason. Then `onError` is not told of an AbortError. */
  readonly signal: AbortSignal;
  /** Returns a handle on a topic of the same contract, to publish and to read its state; see `GetTopic`. */
  readonly topic: GetTopic;
  /** Ends open subscriptions, on all servers on the log; the same function as `Sluice.disconnect`. */
  readonly disconnect: Disconnect;
}

export interface MiddlewareArgs<Context, Input, Errors extends ErrorDefinitions>
  extends ProcedureArgs<Context, Input, Errors> {
  /**
   * Runs the rest: further middleware, then the procedure. The members of `context` are added to the context, or
   * replace members of it. Either may be a class instance; its getters and methods are kept. For a subscription it
   * resolves when the stream is open, not when it ends.
   */
  next<Added extends object = {}>(options?: { readonly context: Added }): Promise<MiddlewareResult<Added>>;
}

/**
 * Runs once per call or opened subscription, after the input was parsed. It returns the result of `next`, or throws.
 *
 * @example
 * const requireUser = s.$middleware(({ context, next, errors }) => {
 *   if (!context.user) throw errors.unauthorized();
 *   return next({ context: { user: context.user } });
 * });
 * @example
 * // With `$context<{ user: User; tags: string[] } | { user: null }>()`, the check narrows the whole context: pass all of it on.
 * const requireUser = s.$middleware(({ context, next, errors }) => {
 *   if (!context.user) throw errors.unauthorized();
 *   return next({ context });
 * });
 */
export type Middleware<
  Context,
  Added extends object,
  Input = unknown,
  Errors extends ErrorDefinitions = ErrorDefinitions,
> = (args: MiddlewareArgs<Context, Input, Errors>) => Promise<MiddlewareResult<Added>> | MiddlewareResult<Added>;

/**
 * A context with another merged over it. `Omit` only where a member is replaced: it would lose private fields of an
 * instance.
 */
export type Overwrite<Base, Added> = keyof Added extends never
  ? Base
  : keyof Base & keyof Added extends never
    ? Base & Added
    : Omit<Base, keyof Added> & Added;

// biome-ignore lint/suspicious/noExplicitAny: types were checked where the middleware was put in place
export type AnyMiddleware = Middleware<any, any, any, any>;

/** Args of any procedure, whose types were checked before. */
// biome-ignore lint/suspicious/noExplicitAny: any procedure's errors
export type AnyArgs = ProcedureArgs<object, unknown, any>;

/**
 * Copies args and adds others, without creating their signal.
 *
 * @param from has the signal of the copy
 */
export function mergeArgs<Added extends object>(
  args: AnyArgs,
  added: Added,
  from: Pick<AnyArgs, "signal"> = args,
): AnyArgs & Added {
  const { context, input, errors, path, topic, disconnect } = args;
  return withSignal({ context, input, errors, path, topic, disconnect, ...added }, from);
}

const nextNames = { context: true } as const;

/** Runs `middlewares` from the first to the last, then `final` with the context that they made. */
export function runMiddlewares<T>(
  middlewares: readonly AnyMiddleware[],
  args: AnyArgs,
  final: (args: AnyArgs) => Promise<T>,
): Promise<T> {
  return middlewares.length === 0 ? final(args) : runEach(middlewares, args, final);
}

async function runEach<T>(
  middlewares: readonly AnyMiddleware[],
  args: AnyArgs,
  final: (args: AnyArgs) => Promise<T>,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  const run = async (index: number, current: AnyArgs): Promise<MiddlewareResult<never>> => {
    const middleware = middlewares[index];
    if (!middleware) {
      result = { value: await final(current) };
      return result as MiddlewareResult<never>;
    }
    let called = false;
    const next = (options?: { readonly context: object }): Promise<MiddlewareResult<never>> => {
      checkNames("next", options, nextNames);
      if (called) throw new Error(`A middleware of "${args.path}" called next() twice.`);
      called = true;
      const context = options?.context ? mergeContext(current.context, options.context) : current.context;
      const rest = run(index + 1, mergeArgs(current, { context }));
      // A middleware may do other work before it awaits this. Without a handler, a rejection would end the process.
      rest.catch(() => {});
      return rest;
    };
    const returned = await middleware(mergeArgs(current, { next }));
    if (returned !== result)
      throw new Error(`A middleware of "${args.path}" must return the result of next(), or throw.`);
    return returned as MiddlewareResult<never>;
  };
  await run(0, args);
  if (!result) throw new Error(`A middleware of "${args.path}" must return the result of next(), or throw.`);
  return result.value;
}
