import type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  AnySubscription,
  ContractTree,
  ErrorDefinitions,
  ParsedInputOf,
} from "@sluice/contract";
import { checkFunctions, isProcedure } from "@sluice/contract/internal";
import type { Fit } from "./fit.js";
import type { Generator, Handler, Implementation, LiveOptions, Run, StreamOptions } from "./implementation.js";
import type { AnyMiddleware, Middleware, Overwrite } from "./middleware.js";
import { type CheckRouter, createRouter, type Router } from "./router.js";
import { liveRun, streamRun } from "./run-options.js";

declare const implemented: unique symbol;

/** What builders of a procedure have in common. It carries the type of the procedure. */
export interface BuilderOf<P extends AnyProcedure> {
  readonly [implemented]?: P;
}

/** Implements one subscription. `Base` is the context from the adapter, `Context` the context after middleware. */
export interface SubscriptionBuilder<P extends AnySubscription, Base, Context = Base> extends BuilderOf<P> {
  /**
   * Adds a middleware to the procedure. Middleware runs in the order in which it was added.
   *
   * @throws TypeError if it is not a function.
   */
  use<Added extends object, Needed = Context, Input = ParsedInputOf<P>, Errors extends ErrorDefinitions = P["errors"]>(
    middleware: NoInfer<Fit<Context, { input: ParsedInputOf<P>; errors: P["errors"] }, Needed, Input, Errors>> &
      Middleware<Needed, Added, Input, Errors>,
  ): SubscriptionBuilder<P, Base, Overwrite<Context, Added>>;
  /**
   * Serves the topic's log: published events from the subscriber's cursor on, and the state folded from them.
   *
   * @throws TypeError if an option is unknown, or does not apply here.
   */
  live(options?: LiveOptions<P, Context>): Implementation<P, Base>;
  /**
   * Serves a generator that runs once per subscriber. The generator is not asked for more while the subscriber's socket
   * is full. However the connection ends, `signal` aborts and `return()` is called. With `resumable: true`, it runs
   * once per topic instead, and does not depend on its subscribers' connections.
   *
   * @throws RangeError if `abandonAfter` is not a whole number of milliseconds.
   * @throws TypeError if an option is unknown, or does not apply here.
   */
  stream(generator: Generator<P, Context>, options?: StreamOptions): Implementation<P, Base>;
}

/** Implements one query or mutation. */
export interface CallBuilder<P extends AnyQuery | AnyMutation, Base, Context = Base> extends BuilderOf<P> {
  /**
   * Adds a middleware to the procedure. Middleware runs in the order in which it was added.
   *
   * @throws TypeError if it is not a function.
   */
  use<Added extends object, Needed = Context, Input = ParsedInputOf<P>, Errors extends ErrorDefinitions = P["errors"]>(
    middleware: NoInfer<Fit<Context, { input: ParsedInputOf<P>; errors: P["errors"] }, Needed, Input, Errors>> &
      Middleware<Needed, Added, Input, Errors>,
  ): CallBuilder<P, Base, Overwrite<Context, Added>>;
  handler(handler: Handler<P, Context>): Implementation<P, Base>;
}

type Builders<Tree, Base, Context> = { readonly [Name in keyof Tree]: Builder<Tree[Name], Base, Context> };

type Builder<Node, Base, Context> = Node extends AnySubscription
  ? SubscriptionBuilder<Node, Base, Context>
  : Node extends AnyQuery | AnyMutation
    ? CallBuilder<Node, Base, Context>
    : Node extends ContractTree
      ? Builders<Node, Base, Context>
      : never;

/** A builder for each procedure of the contract, and functions for all procedures. */
export type Implementer<Tree extends ContractTree, Base, Context = Base> = Builders<Tree, Base, Context> & {
  /**
   * Declares the context that adapters must provide. If all its members are optional, their `context` function is optional, too,
   * and nothing says that it was forgotten: let a union say who is not logged in. A middleware that has narrowed it passes all of it
   * on: `next({ context })`.
   *
   * @example const s = implement(contract).$context<{ user: User; tags: string[] } | { user: null }>();
   */
  $context<NewBase extends object>(): Implementer<Tree, NewBase>;
  /** Defines a middleware that any procedure can use. It does not know the input: `input` is `unknown`. */
  $middleware<Added extends object>(
    middleware: Middleware<Context, Added, unknown, {}>,
  ): Middleware<Context, Added, unknown, {}>;
  /**
   * Defines a middleware with the input and the errors of `procedure`. Each procedure can use it that has at least these: the
   * input's fields with the same types, and the errors with the same data.
   *
   * @example
   * const ownMatch = s.$middleware(s.scores.report, async ({ input, errors, next }) => {
   *   const match = await matches.find(input.matchId);
   *   if (!match) throw errors.matchNotFound();
   *   return next({ context: { match } });
   * });
   * const undo = s.scores.undo.use(ownMatch).handler(({ context }) => context.match.undo());
   */
  $middleware<P extends AnyProcedure, Added extends object>(
    procedure: BuilderOf<P>,
    middleware: Middleware<Context, Added, ParsedInputOf<P>, P["errors"]>,
  ): Middleware<Context, Added, ParsedInputOf<P>, P["errors"]>;
  /** Adds a middleware to every procedure. */
  $use<Added extends object, Needed = Context, Input = unknown, Errors extends ErrorDefinitions = {}>(
    middleware: NoInfer<Fit<Context, { input: unknown; errors: {} }, Needed, Input, Errors>> &
      Middleware<Needed, Added, Input, Errors>,
  ): Implementer<Tree, Base, Overwrite<Context, Added>>;
  /** Combines the implementations. It compiles only if every procedure is implemented. */
  $router<const Given extends object>(tree: CheckRouter<Tree, Base, Given>): Router<Tree, Base>;
};

/**
 * Starts implementing a contract.
 *
 * @example
 * const s = implement(contract).$context<{ user: User | null }>();
 * const router = s.$router({ scores: { watch: s.scores.watch.use(requireUser).live() } });
 */
export function implement<const Tree extends ContractTree>(contract: Tree): Implementer<Tree, {}> {
  return implementer(contract, []) as unknown as Implementer<Tree, {}>;
}

function implementer(contract: ContractTree, middlewares: readonly AnyMiddleware[]): object {
  return Object.assign(builders(contract, middlewares), {
    $context: () => implementer(contract, middlewares),
    $middleware: (first: unknown, second?: unknown) => checked("$middleware", second ?? first),
    $use: (middleware: unknown) => implementer(contract, [...middlewares, checked("$use", middleware)]),
    $router: (tree: object) => createRouter(contract, tree),
  });
}

function builders(tree: ContractTree, middlewares: readonly AnyMiddleware[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(tree)) {
    result[name] = isProcedure(node) ? builder(node, middlewares) : builders(node as ContractTree, middlewares);
  }
  return result;
}

function builder(procedure: AnyProcedure, middlewares: readonly AnyMiddleware[]): object {
  const implemented = (run: Run): Implementation => ({ procedure, middlewares, run });
  const use = (middleware: unknown) =>
    builder(procedure, [...middlewares, checked(`use() of "${procedure.path}"`, middleware)]);
  if (procedure.kind !== "subscription") {
    return { use, handler: (handler: (args: never) => unknown) => implemented({ kind: "call", handler }) };
  }
  return {
    use,
    live: (options?: Parameters<typeof liveRun>[1]) => implemented(liveRun(procedure, options)),
    stream: (generator: Parameters<typeof streamRun>[1], options?: StreamOptions) =>
      implemented(streamRun(procedure, generator, options)),
  };
}

function checked(caller: string, middleware: unknown): AnyMiddleware {
  checkFunctions(caller, { middleware: middleware ?? null });
  return middleware as AnyMiddleware;
}
