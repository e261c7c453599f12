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
  /**
   * Waits until the responses ahead on the connection are sent: until then only the body is read, and nothing runs, opens or
   * fails. Resolves to `undefined` if the client has left meanwhile.
   */
  inTurn<T>(reading: Promise<T>): Promise<T | undefined>;
  /** Calls the user's `context` function. */
  context(): Promise<object>;
}

/** Runs `answer` for a request, and answers with a problem if it throws. */
export async function respond(
  parts: HandlerParts,
  exchange: Exchange,
  { path, errors, methods }: Endpoint,
  answer: (request: BegunRequest) => Promise<void>,
): Promise<void> {
  const { admission, limits, report } = parts;
  const { reply } = exchange;
  const opening = admission.begin();
  const turn = reply.turn(limits.inputBytes);
  let context: unknown;
  try {
    parts.publishing.closing.assertServing();
    await answer({
      opening,
      async inTurn(reading) {
        const read = await (turn ? reading.finally(() => turn) : reading);
        return turn && reply.lifetime.over ? undefined : read;
      },
      async context() {
        context = await exchange.context();
        return contextOf(context, "What context gave");
      },
    });
  } catch (error) {
    const seen = toPublicError(error, errors);
    if (isToReport(error, seen) && !isGivenUp(error, reply.lifetime)) report(reported(error, seen), path, context);
    const allow = seen.code === "methodNotAllowed" ? { allow: methods.join(", ") } : {};
    // Another server may be able to answer: the next attempt must not reach this one again over the same connection.
    const isElsewhere = admission.isClosed || seen.code === "unavailable";
    sendProblem(reply, seen, isElsewhere ? { ...allow, connection: "close" } : allow);
  } finally {
    admission.openings.delete(opening);
  }
}
