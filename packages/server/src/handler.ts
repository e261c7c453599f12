import { clientName } from "./http/client-name.js";
import type { Exchange } from "./http/exchange.js";
import { sendProblem } from "./http/problem.js";
import { allowedMethods, readRequest } from "./http/request.js";
import { answerReserved, reservedFrom } from "./http/reserved.js";
import { streamHeaders } from "./http/stream-headers.js";
import { authorise, type OpenParts, openSubscription, type SubscriptionCaller } from "./open-subscription.js";
import type { Limits } from "./options/limits.js";
import type { Caller } from "./procedure/args.js";
import { runCall } from "./procedure/call.js";
import { isToReport, reported, toPublicError } from "./procedure/errors.js";
import type { Implementation } from "./procedure/implementation.js";
import { parseInput } from "./procedure/input.js";
import { expiryOf } from "./procedure/revocable-context.js";
import type { Closing } from "./publish/closing.js";
import { EventStream, type EventStreamSettings } from "./stream/event-stream.js";
import { PlainLane } from "./stream/plain-lane.js";
import { lifeBeforeCut } from "./stream/stream-life.js";

/** Shared: ten thousand streams need no empty object each. */
const noContext = Object.freeze({});

const outputHeaders = { "content-type": "application/json", "cache-control": "no-store" };

export interface HandlerParts extends OpenParts {
  readonly implementations: ReadonlyMap<string, Implementation>;
  readonly streams: EventStreamSettings;
  readonly publishing: { readonly closing: Pick<Closing, "assertServing"> };
  readonly limits: OpenParts["limits"] & Pick<Limits, "inputBytes">;
}

/** From request to response. False: the path is not in the contract, and nothing was sent. */
export async function handle(parts: HandlerParts, exchange: Exchange): Promise<boolean> {
  const { admission, control, limits, report } = parts;
  const implementation = parts.implementations.get(exchange.path);
  if (!implementation || exchange.method === "OPTIONS") return false;
  const { procedure } = implementation;
  let context: unknown;
  // Middleware ahead of Sluice may have checked the credentials already, so revocations count from here on.
  const opening = admission.begin();
  // While other responses are ahead on the connection, only the body is read. Nothing runs, opens or fails.
  const turn = exchange.reply.turn(limits.inputBytes);
  try {
    parts.publishing.closing.assertServing();
    const reading = readRequest(exchange, procedure, limits.inputBytes);
    const request = await (turn ? reading.finally(() => turn) : reading);
    if (turn && exchange.reply.lifetime.over) return true;
    const reserved = reservedFrom(request.lastEventId);
    if (reserved) {
      answerReserved(reserved, exchange);
      return true;
    }
    const unread = procedure.kind === "subscription" ? control.assertReadable() : undefined;
    if (unread) await unread;
    context = await exchange.context();
    const input = await parseInput(procedure, request.input, (error) => report(error, procedure.path, context));
    const caller: Caller = { context: (context ?? noContext) as object, input, lifetime: exchange.reply.lifetime };

    if (procedure.kind === "subscription") {
      const { lastEventId } = request;
      const client = clientName(exchange.client(caller.context));
      const subscriber = { ...caller, client, lastEventId, opening };
      await serve(parts, implementation, exchange, subscriber);
    } else {
      await answer(parts, implementation, exchange, caller);
    }
  } catch (error) {
    const seen = toPublicError(error, procedure.errors);
    if (isToReport(error, seen)) report(reported(error, seen), procedure.path, context);
    const allow = seen.code === "methodNotAllowed" ? { allow: allowedMethods(procedure).join(", ") } : {};
    // Another server may be able to answer: the next attempt must not reach this one again over the same connection.
    const isElsewhere = admission.isClosed || seen.code === "unavailable";
    sendProblem(exchange.reply, seen, isElsewhere ? { ...allow, connection: "close" } : allow);
  } finally {
    admission.openings.delete(opening);
  }
  return true;
}

async function answer(parts: HandlerParts, implementation: Implementation, { reply }: Exchange, caller: Caller) {
  const output = await runCall(parts, implementation, caller);
  const body = output ? `{"output":${output.json}}` : "{}";
  reply.send(200, outputHeaders, body);
}

async function serve(
  parts: HandlerParts,
  implementation: Implementation,
  exchange: Exchange,
  caller: SubscriptionCaller,
) {
  const { admission, control, streams, wheel } = parts;
  const { reply, method } = exchange;
  admission.assertRoom(caller.client);
  if (method === "HEAD") {
    await authorise(parts, implementation, caller);
    return reply.send(200, streamHeaders);
  }
  const source = await openSubscription(parts, implementation, caller);
  const unread = control.assertReadable();
  if (unread) await unread;
  if (caller.lifetime.over) return;
  // During the opening, others may have opened streams, or the server may have begun to drain.
  admission.assertRoom(caller.client);
  caller.opening.assertAllowed(source.topic, source.context, wheel.time);

  const settings = withLifeBefore(exchange.cutAfter, streams);
  const stream = new EventStream(reply.stream(streamHeaders), caller.lifetime, settings, source.resumable);
  admission.admit(stream, caller);
  new PlainLane(stream, source, expiryOf(source.context)).start();
}

/** The stream settings for a response that is cut from outside after `ms` milliseconds. */
function withLifeBefore(ms: number | undefined, streams: EventStreamSettings): EventStreamSettings {
  if (ms === undefined) return streams;
  const streamLife = Math.min(streams.limits.streamLife, lifeBeforeCut(ms));
  return { ...streams, limits: { ...streams.limits, streamLife } };
}
