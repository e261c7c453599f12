import { sluiceFetch } from "@sluice/server/fetch";
import { createApp, maxDuration } from "./sluice.mjs";

Deno.serve({ port: Number(Deno.env.get("PORT")) }, sluiceFetch(createApp(), { base: "/api", maxDuration }));
