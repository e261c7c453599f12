import { sluiceFetch } from "@sluice/server/fetch";
import { createApp, maxDuration } from "./sluice.mjs";

Bun.serve({ fetch: sluiceFetch(createApp(), { base: "/api", maxDuration }) });
