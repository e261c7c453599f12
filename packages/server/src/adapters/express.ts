import { checkFunctions, checkNames, legible, type NamesOf } from "@sluice/contract";
import type { NextFunction, Request, Response } from "express";
import { NodeExchange, originForm } from "../http/node.js";
import { runningOf } from "../running.js";
import type { Sluice } from "../sluice.js";
import type { OptionsFor } from "./node.js";

export interface SluiceExpressOptions<Context> {
  /** Makes the context of a request; it may throw an error of the built-in table. Needed if the contract's context has fields. */
  readonly context?: (req: Request) => Context | Promise<Context>;
  /** Says who a client is, such as a user's or a session's id, for limits per client. Default: nobody is told apart. */
  readonly identify?: (req: Request) => string | undefined;
}

const optionNames: NamesOf<SluiceExpressOptions<unknown>> = { context: true, identify: true };

/** Express middleware, by a name of this package: Express' own can't be written where only its types' types know it. */
export type SluiceExpressHandler = (req: Request, res: Response, next: NextFunction) => void;

/**
 * Serves a Sluice as Express middleware, mounted anywhere, before or after `express.json()` and other parsers that leave the body on
 * `req.body`. A path that isn't the contract's goes on to the next handler.
 *
 * @throws TypeError for an option that isn't there, or is no function, and for a Sluice that another version of this package made.
 * @example app.use("/api", sluiceExpress(sluice, { context: (req) => ({ user: req.user }) }));
 */
export function sluiceExpress<Context extends object>(
  sluice: Sluice<Context>,
  ...[options = {}]: OptionsFor<Context, SluiceExpressOptions<Context>>
): SluiceExpressHandler {
  checkNames("sluiceExpress", options, optionNames);
  const { context, identify } = options as SluiceExpressOptions<Context>;
  checkFunctions("sluiceExpress", { context, identify });
  const running = runningOf(sluice);
  return (req, res, next) => {
    const exchange = new NodeExchange(req, res, {
      url: originForm(req.url),
      context: () => context?.(req),
      client: () => identify?.(req),
    });
    running.handle(exchange).then(
      (handled) => {
        if (!handled) next();
      },
      (error) => next(legible(error)),
    );
  };
}
