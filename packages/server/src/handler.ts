import { handleStreams, streamsEndpoint } from "./handle-streams.js";
import { type HandlerParts, settingsFor } from "./handler-parts.js";
import { clientName } from "./http/client-name.js";
import type { Exchange } from "./http/exchange.js";
import { answerProbe, probeMethods, probePath } from "./http/probe.js";
import { allowedMethods, readRequest } from "./http/request.js";
import { answerReserved, reservedFrom } from "./http/reserved.js";
import { streamHeaders } from "./http/stream-headers.js";
import { streamsPath } from "./http/streams-request.js";
import { authorise, openSubscription, type SubscriptionCaller } from "./open-subscription.js";
import type { Caller } from "./procedure/args.js";
import { runCall } from "./procedure/call.js";
import type { Implementation } from "./procedure/implementation.js";
import { parseInput } from "./procedure/input.js";
import { expiryOf } from "./procedure/revocable-context.js";
import { type BegunRequest, type Endpoint, inTurn, makeContext, respond } from "./respond.js";
import { EventStream } from "./stream/event-stream.js";
import { PlainLane } from "./stream/plain-lane.js";

const outputHeaders = { "content-type": "application/json", "cache-control": "no-store" };

const probeEndpoint: Endpoint = { path: probePath, errors: {}, methods: probeMethods };

/** From request to response. False: the path is not in the contract, and nothing was sent. */
export async function handle(parts: HandlerParts, exchange: Exchange): Promise<boolean> {
  const { method, path } = exchange;
  if (method === "OPTIONS") return false;
  if (path === streamsPath) {
    return respond(parts, exchange, streamsEndpoint, (request) => handleStreams(parts, exchange, request));
  }
  if (path === probePath) {
    return respond(parts, exchange, probeEndpoint, async ({ turn }) => {
      await turn;
      answerProbe(exchange);
    });
  }
  const implementation = parts.implementations.get(path);
  if (!implementation) return false;
  const { procedure } = implementation;
  const endpoint = { path, errors: procedure.errors, methods: allowedMethods(procedure) };
  return respond(parts, exchange, endpoint, (request) => handleProcedure(parts, implementation, exchange, request));
}

async function handleProcedure(
  parts: HandlerParts,
  implementation: Implementation,
  exchange: Exchange,
  request: BegunRequest,
): Promise<void> {
  const { control, limits, report } = parts;
  const { procedure } = implementation;
  const reading = readRequest(exchange, procedure, limits.inputBytes);
  const read = await (request.turn ? inTurn(request, exchange, reading) : reading);
  if (!read) return;
  const reserved = reservedFrom(read.lastEventId);
  if (reserved) return answerReserved(reserved, exchange);
  const unread = procedure.kind === "subscription" ? control.assertReadable() : undefined;
  if (unread) await unread;
  const context = await makeContext(request, exchange);
  const input = await parseInput(procedure, read.input, (error) => report(error, procedure.path, context));
  const caller: Caller = { context, input, lifetime: exchange.reply.lifetime };
  if (procedure.kind !== "subscription") return answer(parts, implementation, exchange, caller);
  const client = clientName(exchange.client(context));
  const { lastEventId } = read;
  return serve(parts, implementation, exchange, { ...caller, client, lastEventId, opening: request.opening });
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

  const settings = settingsFor(exchange, streams);
  const stream = new EventStream(reply.stream(streamHeaders), caller.lifetime, settings, source.resumable);
  admission.admit(stream, caller);
  new PlainLane(stream, source, expiryOf(source.context)).start();
}
