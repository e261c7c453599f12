import { startAttempt } from "./attempt.js";
import { createLane } from "./lane.js";
import type { TransportSettings } from "./settings.js";
import type { Transport } from "./transport.js";

/** A transport that opens a stream for each lane. */
export const createDirectTransport = (settings: TransportSettings): Transport => ({
  lane: (request, sink) => createLane(settings, request, sink, (...args) => startAttempt(settings, ...args)),
});
