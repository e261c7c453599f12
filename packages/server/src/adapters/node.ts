import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { SluiceError } from "@sluice/contract";
import { checkFunctions, checkNames, type NamesOf } from "@sluice/contract/internal";
import { belowBase } from "../http/base-path.js";
import type { Exchange } from "../http/exchange.js";
import { NodeExchange } from "../http/node.js";
import { sendProblem } from "../http/problem.js";
import { runningOf } from "../running.js";
import type { Sluice } from "../sluice.js";
import type { OptionsFor } from "./options-for.js";

/** A request of `node:http`, or of the compatibility API of `node:http2`. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** A listener for `createServer` of `node:http`, `node:https` and `node:http2`. */
export type SluiceNodeListener = (req: NodeRequest, res: NodeResponse) => void;

/** `Req` is the request type that the functions take. Default: a request of `node:http`. */
export interface SluiceNodeOptions<Context, Req extends NodeRequest = IncomingMessage> {
  /** The path that the contract's paths are mounted below, such as `"/api"`. Default: `""`, the root. */
  readonly base?: string;
  /**
   * Makes the context of a request. It may throw a built-in error, such as `new SluiceError("forbidden")`. Required if the
   * contract's context has fields. All subscriptions of a multiplexed stream come with one request, and share what it returns.
   */
  readonly context?: (req: Req) => NoInfer<Context> | Promise<NoInfer<Context>>;
  /**
   * Names the client, for the limits per client and for `onSubscribe`: by a user or session id, for example. `context` is
   * what the option `context` gave. `undefined`: this client is not distinguished from others, and each of its subscriptions
   * counts as a client of its own. Default: so is every client; with an `onSubscribe`, a warning says so.
   *
   * @example identify: (_req, context) => context.user?.id
   */
  readonly identify?: (req: Req, context: Context) => string | undefined;
}

const optionNames: NamesOf<SluiceNodeOptions<unknown>> = { base: true, context: true, identify: true };

/** Node reads about this much of an unread body. Then it stops reading the connection and no longer sees its end. */
const unreadBytes = 16_384;

async function answerUnknown({ reply }: Exchange): Promise<void> {
  await reply.turn(unreadBytes);
  sendProblem(reply, new SluiceError("notFound", { message: "There is nothing here" }));
}

/**
 * Serves a Sluice on plain `node:http`, and in frameworks that pass on its requests, such as Next's `pages/api`,
 * connect or Koa. If the body was already read, it is taken from `req.body`. A path that is not in the contract is
 * answered 404.
 *
 * @throws TypeError if `base` is not a path, if an option is unknown or not a function, or if another version of this
 * package made the Sluice.
 * @example createServer(sluiceNode(sluice, { base: "/api", context: (req) => ({ user: userOf(req) }) })).listen(3000);
 * @example createSecureServer({ key, cert, allowHTTP1: true }, sluiceNode(sluice)).listen(443); // of node:http2
 */
export function sluiceNode<Context extends object, Req extends NodeRequest = IncomingMessage>(
  sluice: Sluice<Context>,
  ...[options = {}]: OptionsFor<Context, SluiceNodeOptions<Context, Req>>
): SluiceNodeListener {
  checkNames("sluiceNode", options, optionNames);
  const { base = "", context, identify } = options as SluiceNodeOptions<Context, NodeRequest>;
  checkFunctions("sluiceNode", { context, identify });
  const below = belowBase(base);
  const running = runningOf(sluice, { identifies: identify !== undefined });
  return (req, res) => {
    const exchange = new NodeExchange(req as IncomingMessage, res as ServerResponse, {
      url: below(req.url ?? "/"),
      context: () => context?.(req),
      client: (made) => identify?.(req, made as Context),
    });
    running.handle(exchange).then(
      (handled) => (handled ? undefined : answerUnknown(exchange)),
      (error) => {
        running.report(error, exchange.path, undefined);
        res.destroy();
      },
    );
  };
}
