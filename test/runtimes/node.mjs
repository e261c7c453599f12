import { serve } from "@hono/node-server";
import { createApp } from "./app.mjs";

serve({ fetch: createApp(), port: 0, hostname: "127.0.0.1" }, ({ port }) => console.log(`http://127.0.0.1:${port}`));
