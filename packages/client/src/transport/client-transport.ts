import { createLane } from "./lane.js";
import { createCarrier } from "./multiplexed/carrier.js";
import type { TransportSettings } from "./settings.js";
import type { Transport } from "./transport.js";

/**
 * The transport of a client. Its lanes share streams, if the server offers that (PROTOCOL §10).
 *
 * @param multiplexes false: each lane has a stream of its own.
 */
export function createTransport(given: TransportSettings, multiplexes: boolean): Transport {
  let luck = 0;
  // Lanes that fail together wait for the same time, and come back on one stream.
  const settings = multiplexes ? { ...given, retry: { ...given.retry, random: () => luck } } : given;
  const carry = createCarrier(settings, multiplexes);
  return {
    lane: (request, sink) =>
      createLane(settings, request, sink, (...lane) => {
        luck = given.retry.random();
        return carry(...lane);
      }),
  };
}
