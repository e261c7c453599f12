import { defineContract } from "@sluice/contract";
import { assistant } from "./assistant.ts";
import { document } from "./document.ts";
import { feed } from "./feed.ts";
import { gauges } from "./gauges.ts";
import { newswire } from "./newswire.ts";
import { prices } from "./prices.ts";
import { scores } from "./scores.ts";

/** The contract between server and browser. If you change an event, the types of handlers and hooks change, too. */
export const contract = defineContract({ scores, prices, newswire, feed, document, assistant, gauges });
