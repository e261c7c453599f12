import { sluiceFetch } from "@sluice/server/fetch";
import { createApp, maxDuration } from "./sluice.mjs";

/** Each object has a Sluice of its own. A plain Worker can't: no request of it may write to the stream of another. */
export class Hub {
  fetch = sluiceFetch(createApp(), { base: "/api", maxDuration });
}

export default {
  fetch: (request, { HUB }) => HUB.get(HUB.idFromName("one")).fetch(request),
};
