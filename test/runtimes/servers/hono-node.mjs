import { serve } from "@hono/node-server";
import { app } from "./hono.mjs";

serve({ fetch: app.fetch, port: Number(process.env.PORT) });
