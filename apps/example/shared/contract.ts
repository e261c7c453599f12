import { defineContract } from "@sluice/contract";
import { assistant } from "./assistant.ts";
import { document } from "./document.ts";
import { feed } from "./feed.ts";
import { newswire } from "./newswire.ts";
import { prices } from "./prices.ts";
import { scores } from "./scores.ts";

/** What server and browser agree on. Change an event here, and the types of handler and hook follow. */
export const contract = defineContract({ scores, prices, newswire, feed, document, assistant });
