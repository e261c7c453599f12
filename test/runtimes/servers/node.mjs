import { createServer } from "node:http";
import { sluiceNode } from "@sluice/server/node";
import { createApp } from "./sluice.mjs";

createServer(sluiceNode(createApp(), { base: "/api" })).listen(process.env.PORT);
