import { createServer } from "node:http2";
import { sluiceNode } from "@sluice/server/node";
import { createApp } from "./sluice.mjs";

// Without TLS, as between a proxy and its servers. Browsers need `createSecureServer({ key, cert, allowHTTP1: true }, …)`.
createServer(sluiceNode(createApp(), { base: "/api" })).listen(process.env.PORT);
