import { SluiceError } from "@sluice/contract";
import { checkFunctions, checkNames, type NamesOf } from "@sluice/contract/internal";
import { belowBase } from "../http/base-path.js";
import { FetchExchange } from "../http/fetch.js";
import { type FetchCall, fetchCall } from "../http/fetch-call.js";
import { FetchReply } from "../http/fetch-reply.js";
import { sendProblem } from "../http/problem.js";
import { checkWhole } from "../options/check.js";
import { runningOf } from "../running.js";
import type { Sluice } from "../sluice.js";

/** `Rest`: what the handler is called with after the request, such as Cloudflare's `env`. */
export interface SluiceFetchOptions<Context, Rest extends readonly unknown[] = []> {
  /** The path that the contract's paths are mounted below, such as `"/api"`. Default: `""`, the root. */
  readonly base?: string;
  /**
   * Makes the context of a request. It may throw a built-in error, such as `new SluiceError("forbidden")`. Required if the
   * contract's context has fields. All subscriptions of a multiplexed stream come with one request, and share what it returns.
   */
  readonly context?: (request: Request, ...rest: Rest) => NoInfer<Context> | Promise<NoInfer<Context>>;
  /**
   * Names the client, for the limits per client and for `onSubscribe`: by a user or session id, for example. `context` is
   * what the option `context` gave. `undefined`: this client is not distinguished from others, and each of its subscriptions
   * counts as a client of its own. Default: so is every client; with an `onSubscribe`, a warning says so.
   *
   * @example identify: (_request, context) => context.user?.id
   */
  readonly identify?: (request: Request, context: Context, ...rest: Rest) => string | undefined;
  /**
   * Milliseconds after which the platform cuts a response, at least 1,000. (Vercel's setting of this name is in
   * seconds.) Streams are handed over before: their clients are asked to reopen, and continue without a gap. A plain
   * generator cannot be handed over; a cut ends it as `interrupted`. Default: responses are not cut.
   */
  readonly maxDuration?: number;
}

const optionNames: NamesOf<SluiceFetchOptions<unknown>> = {
  base: true,
  context: true,
  identify: true,
  maxDuration: true,
};

/** Serves a request, with what the runtime passes after it. Or, like `fetch`, a call from this process. */
export type SluiceFetchHandler<Rest extends readonly unknown[] = []> = ([] extends Rest ? FetchLike : unknown) &
  ((request: Request, ...rest: [...Rest, ...unknown[]]) => Promise<Response>);

type FetchLike = (input: string | URL, init?: RequestInit) => Promise<Response>;

/** Not a conditional tuple as of the other adapters: `Rest` could not be inferred through it. */
type RequiredContext<Context> = object extends Context ? unknown : { readonly context: unknown };

/** A sentence, where the context has required fields. */
type WithoutContext<Context> = object extends Context
  ? unknown
  : "context is missing: write sluiceFetch(sluice, { context: (request) => … })";

/**
 * Serves a Sluice as a function from `Request` to `Response`: in route handlers of Next, Hono, Bun, Deno and Durable
 * Objects, and to clients in this process. A path that is not in the contract is answered 404.
 *
 * Pass on what Bun and Deno pass after the request: else Bun cuts streams that are silent for 10 seconds, and Deno prints
 * a warning.
 *
 * @throws TypeError if `base` is not a path, if an option is unknown or not a function, or if another version of this
 * package made the Sluice. RangeError if `maxDuration` is out of range.
 * @example
 * const handler = sluiceFetch(sluice, { base: "/api", context: (request) => ({ user: userOf(request) }) });
 * new Hono().all("/api/*", (c) => handler(c.req.raw, c.env));
 * Bun.serve({ fetch: handler });
 * Deno.serve(handler);
 * export { handler as GET, handler as HEAD, handler as POST }; // Next
 * @example
 * const client = createClient(contract, { url: "http://sluice/api", fetch: sluiceFetch(sluice, { base: "/api" }) });
 */
export function sluiceFetch<Context extends object>(
  sluice: Sluice<Context> & WithoutContext<Context>,
): SluiceFetchHandler;
export function sluiceFetch<Context extends object, Rest extends readonly unknown[] = []>(
  sluice: Sluice<Context>,
  options: SluiceFetchOptions<Context, Rest> & RequiredContext<Context>,
): SluiceFetchHandler<Rest>;
export function sluiceFetch(
  sluice: Sluice,
  options: SluiceFetchOptions<unknown, readonly unknown[]> = {},
): SluiceFetchHandler {
  checkNames("sluiceFetch", options, optionNames);
  const { base = "", context, identify, maxDuration } = options;
  checkFunctions("sluiceFetch", { context, identify });
  if (maxDuration !== undefined) checkWhole({ maxDuration }, { min: 1_000, unit: "milliseconds" });
  const below = belowBase(base);
  const running = runningOf(sluice, { identifies: identify !== undefined });

  const answer = async ({ request, rest }: FetchCall, reply: FetchReply): Promise<void> => {
    const exchange = new FetchExchange(request, {
      url: below(request.url.replace(/#.*/, "")),
      reply,
      maxDuration,
      context: () => context?.(request, ...rest),
      client: (made) => identify?.(request, made, ...rest),
    });
    try {
      if (!(await running.handle(exchange))) {
        sendProblem(reply, new SluiceError("notFound", { message: "There is nothing here" }));
      }
    } catch (error) {
      running.report(error, exchange.path, undefined);
      sendProblem(reply, new SluiceError("internal"));
    } finally {
      reply.close();
    }
  };

  return (async (given: Request | string | URL, ...after: unknown[]) => {
    const call = fetchCall(given, after);
    const reply = new FetchReply(call);
    if (call.signal?.aborted) reply.close();
    else void answer(call, reply);
    return reply.response;
  }) as SluiceFetchHandler;
}
