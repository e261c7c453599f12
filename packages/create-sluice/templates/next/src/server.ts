import { createSluice, memoryLog } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { router } from "./router";

// Next evaluates this module more than once: the log's name makes it one.
const sluice = createSluice(router, { log: memoryLog({ name: "app" }) });

export const handler = sluiceFetch(sluice, { base: "/api" });
