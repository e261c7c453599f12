import { createClient } from "@sluice/client";
import { contract } from "../shared/contract.ts";
import { createWireTap } from "./wire/wire-tap.ts";

/** Only for this example: shows what comes over the wire, and cuts it. Leave `fetch` out in your own. */
export const tap = createWireTap();

export const client = createClient(contract, {
  url: "/api",
  fetch: tap.fetch,
  // Who stops the server and starts it again is waiting for the page to come back.
  retry: { max: 4_000 },
});
