import { startAttempt } from "./attempt.js";
import { createLane, type StartAttempt } from "./lane.js";
import type { CarriedLane } from "./multiplexed/carried-lane.js";
import { type Carrier, createCarrier } from "./multiplexed/carrier.js";
import { isLong, type Terms } from "./multiplexed/carrier-terms.js";
import type { TransportSettings } from "./settings.js";
import type { Transport } from "./transport.js";

/**
 * A transport whose lanes share one stream. PROTOCOL §10. Readers that hold frames back and plain generators have streams of
 * their own, and so have all lanes if the server doesn't offer multiplexing.
 */
export function createMultiplexedTransport(given: TransportSettings): Transport {
  const carriers: Carrier[] = [];
  const generators = new Set<string>();
  const terms: Terms = { isOffered: true, most: Number.POSITIVE_INFINITY, longest: Number.POSITIVE_INFINITY };
  let luck = 0;
  // Lanes that fail together wait for the same time, and come back on one stream.
  const settings = { ...given, retry: { ...given.retry, random: () => luck } };

  function place(lane: CarriedLane): void {
    let carrier = carriers.find(({ size }) => size < terms.most);
    if (!carrier) {
      carrier = createCarrier(settings, terms, { alone: goAlone, moved: place });
      carriers.push(carrier);
    }
    lane.carrier = carrier;
    carrier.add(lane);
  }

  function goAlone(lane: CarriedLane, isGenerator: boolean): void {
    const { request, sink } = lane;
    if (isGenerator) generators.add(request.target.procedure.path);
    lane.alone = startAttempt(settings, request, sink);
    if (lane.isClosed) lane.alone.close();
  }

  const start: StartAttempt = (request, sink) => {
    luck = given.retry.random();
    const { text, procedure } = request.target;
    if (!terms.isOffered || isLong(text, terms) || sink.ready || generators.has(procedure.path)) {
      return startAttempt(settings, request, sink);
    }
    const lane: CarriedLane = { request, sink };
    place(lane);
    return {
      check: () => (lane.alone ?? lane.from)?.check(),
      close() {
        lane.isClosed = true;
        lane.alone?.close();
        lane.carrier?.remove(lane);
      },
    };
  };

  return { lane: (request, sink) => createLane(settings, request, sink, start) };
}
