import { checkFunctions, checkNames, legible, type NamesOf } from "@sluice/contract/internal";
import type { NextFunction, Request, Response } from "express";
import { originForm } from "../http/base-path.js";
import { NodeExchange } from "../http/node.js";
import { runningOf } from "../running.js";
import type { Sluice } from "../sluice.js";
import type { OptionsFor } from "./options-for.js";

export interface SluiceExpressOptions<Context> {
  /**
   * Makes the context of a request. It may throw a built-in error, such as `new SluiceError("forbidden")`. Required if the
   * contract's context has fields. All subscriptions of a multiplexed stream come with one request, and share what it returns.
   */
  readonly context?: (req: Request) => NoInfer<Context> | Promise<NoInfer<Context>>;
  /**
   * Names the client, for the limits per client and for `onSubscribe`: by a user or session id, for example. `context` is
   * what the option `context` gave. `undefined`: this client is not distinguished from others, and each of its subscriptions
   * counts as a client of its own. Default: so is every client; with an `onSubscribe`, a warning says so.
   *
   * @example identify: (_req, context) => context.user?.id
   */
  readonly identify?: (req: Request, context: Context) => string | undefined;
}

const optionNames: NamesOf<SluiceExpressOptions<unknown>> = { context: true, identify: true };

/**
 * Express middleware. This package declares the type itself: Express's own type cannot be named where only its
 * dependencies declare it.
 */
export type SluiceExpressHandler = (req: Request, res: Response, next: NextFunction) => void;

/**
 * Serves a Sluice as Express middleware. Mount it anywhere, before or after `express.json()` or another parser that
 * leaves the body on `req.body`. A path that is not in the contract goes on to the next handler.
 *
 * @throws TypeError if an option is unknown or not a function, or if another version of this package made the Sluice.
 * @example app.use("/api", sluiceExpress(sluice, { context: (req) => ({ user: req.user }) }));
 */
export function sluiceExpress<Context extends object>(
  sluice: Sluice<Context>,
  ...[options = {}]: OptionsFor<Context, SluiceExpressOptions<Context>>
): SluiceExpressHandler {
  checkNames("sluiceExpress", options, optionNames);
  const { context, identify } = options as SluiceExpressOptions<Context>;
  checkFunctions("sluiceExpress", { context, identify });
  const running = runningOf(sluice, { identifies: identify !== undefined });
  return (req, res, next) => {
    const exchange = new NodeExchange(req, res, {
      url: originForm(req.url),
      context: () => context?.(req),
      client: (made) => identify?.(req, made as Context),
    });
    running.handle(exchange).then(
      (handled) => {
        if (!handled) next();
      },
      (error) => next(legible(error)),
    );
  };
}
