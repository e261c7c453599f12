import { createClient } from "@sluice/client";
import { contract } from "../shared/contract.ts";
import { createWireTap } from "./wire/wire-tap.ts";

/** Only for this example: shows and cuts the streams. Omit `fetch` in your own code. */
export const tap = createWireTap();

export const client = createClient(contract, {
  url: "/api",
  fetch: tap.fetch,
  // Short, because a developer who restarts the server waits for the page to reconnect.
  retry: { max: 4_000 },
});
