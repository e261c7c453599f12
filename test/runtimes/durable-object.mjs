import { createApp } from "./app.mjs";

/** All requests share one object: a plain Worker's request can't write to the stream of another. */
export class Hub {
  // A client that left is noticed only at the next write.
  fetch = createApp({ heartbeat: 1_000 });
}

export default {
  fetch: (request, { HUB }) => HUB.get(HUB.idFromName("one")).fetch(request),
};
