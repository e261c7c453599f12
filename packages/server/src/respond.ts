import type { ErrorDefinitions } from "@sluice/contract";
import type { Opening } from "./admission/opening.js";
import type { HandlerParts } from "./handler-parts.js";
import type { Exchange } from "./http/exchange.js";
import { sendProblem } from "./http/problem.js";
import { contextOf } from "./procedure/context-of.js";
import { isToReport, reported, toPublicError } from "./procedure/errors.js";
import { isGivenUp } from "./procedure/given-up.js";

/** What the errors of a request depend on. */
export interface Endpoint {
  readonly path: string;
  readonly errors: ErrorDefinitions;
  readonly methods: readonly string[];
}

/** A request that is being answered. */
export interface BegunRequest {
  /** Revocations count from the first look at the request on: middleware ahead of Sluice may have checked the credentials. */
  readonly opening: Opening;
  /** While other responses are ahead on the connection, only the body is read. Nothing runs, opens or fails. */
  readonly turn: Promise<void> | undefined;
  /** What the user's `context` function gave, once it has run. */
  context: unknown;
}

/**
 * Runs `answer` for a request, and answers with a problem if it throws.
 *
 * @returns true: it was answered
 */
export async function respond(
  parts: HandlerParts,
  exchange: Exchange,
  { path, errors, methods }: Endpoint,
  answer: (request: BegunRequest) => Promise<void>,
): Promise<true> {
  const { admission, limits, report } = parts;
  const { reply } = exchange;
  const request: BegunRequest = {
    opening: admission.begin(),
    turn: reply.turn(limits.inputBytes),
    context: undefined,
  };
  try {
    parts.publishing.closing.assertServing();
    await answer(request);
  } catch (error) {
    const seen = toPublicError(error, errors);
    if (isToReport(error, seen) && !isGivenUp(error, reply.lifetime))
      report(reported(error, seen), path, request.context);
    const allow = seen.code === "methodNotAllowed" ? { allow: methods.join(", ") } : {};
    // Another server may be able to answer: the next attempt must not reach this one again over the same connection.
    const isElsewhere = admission.isClosed || seen.code === "unavailable";
    sendProblem(reply, seen, isElsewhere ? { ...allow, connection: "close" } : allow);
  } finally {
    admission.openings.delete(request.opening);
  }
  return true;
}

/** Waits for the request's turn. Resolves to `undefined` if the client has left meanwhile. */
export async function inTurn<T>(
  { turn }: BegunRequest,
  { reply }: Exchange,
  reading: Promise<T>,
): Promise<T | undefined> {
  const read = await reading.finally(() => turn);
  return reply.lifetime.over ? undefined : read;
}

/** Calls the user's `context` function. */
export async function makeContext(request: BegunRequest, exchange: Exchange): Promise<object> {
  request.context = await exchange.context();
  return contextOf(request.context, "What context gave");
}
