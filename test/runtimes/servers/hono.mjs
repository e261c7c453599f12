import { sluiceFetch } from "@sluice/server/fetch";
import { Hono } from "hono";
import { createApp, maxDuration } from "./sluice.mjs";

const handler = sluiceFetch(createApp(), { base: "/api", maxDuration });

/** On Node and on Bun. */
export const app = new Hono().all("/api/*", (c) => handler(c.req.raw, c.env));
