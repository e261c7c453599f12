import { type HandlerParts, settingsFor } from "./handler-parts.js";
import { clientName } from "./http/client-name.js";
import type { Exchange } from "./http/exchange.js";
import { streamHeaders } from "./http/stream-headers.js";
import { readStreamsRequest, streamsMethods, streamsPath, type WantedSubscription } from "./http/streams-request.js";
import { type LaneRequest, openLane } from "./open-lane.js";
import { type BegunRequest, type Endpoint, inTurn, makeContext } from "./respond.js";
import { EventStream } from "./stream/event-stream.js";
import { GatheringSink } from "./stream/gathering-sink.js";
import { NumberedLanes } from "./stream/numbered-lanes.js";

export const streamsEndpoint: Endpoint = { path: streamsPath, errors: {}, methods: streamsMethods };

/** Serves several subscriptions on one stream. Resolves when each is open or refused, or the client has left. PROTOCOL §10. */
export async function handleStreams(parts: HandlerParts, exchange: Exchange, request: BegunRequest): Promise<void> {
  const { admission, control, limits, streams } = parts;
  const { reply } = exchange;
  const { opening } = request;
  const reading = readStreamsRequest(exchange, limits);
  const wanted = await (request.turn ? inTurn(request, exchange, reading) : reading);
  if (!wanted) return;
  const unread = control.assertReadable();
  if (unread) await unread;
  const context = await makeContext(request, exchange);
  const client = clientName(exchange.client(context));
  if (reply.lifetime.over) return;
  admission.assertRoom(client);

  const settings = settingsFor(exchange, streams);
  const sink = new GatheringSink(reply.stream(streamHeaders), settings);
  const stream = new EventStream(sink, reply.lifetime, settings, true);
  admission.admit(stream, { client, lifetime: reply.lifetime });
  const lanes = new NumberedLanes(stream, wanted.length);
  // A client that leaves does not wait for a middleware that hangs.
  const forget = { onEnd: () => void admission.openings.delete(opening) };
  reply.lifetime.watch(forget);
  await openAll(parts, { lanes, context, client, opening }, wanted);
  reply.lifetime.unwatch(forget);
}

/** Each on its own: none waits for another. */
const openAll = (parts: HandlerParts, request: LaneRequest, wanted: readonly WantedSubscription[]) =>
  Promise.all(wanted.map((each, index) => openLane(parts, request, each, index)));
