import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createServer as createVite } from "vite";
import { createApp } from "./app.ts";
import { explain, listen } from "./listen.ts";
import { openLog } from "./log.ts";
import { portFrom } from "./port.ts";

// Server and pages on one port. tsx restarts this file when it changes, and Vite reloads the pages.
const server = createServer();
try {
  await listen(server, portFrom(process.env["PORT"]));
  const vite = await createVite({
    root: fileURLToPath(new URL("..", import.meta.url)),
    server: { middlewareMode: true, hmr: { server } },
  });
  const { app } = await createApp({
    log: await openLog(),
    signal: new AbortController().signal,
    pages: vite.middlewares,
    isStill: process.env["STILL"] === "1",
  });
  server.on("request", app);
  console.log(`\nSluice example, with hot reload, at http://localhost:${(server.address() as AddressInfo).port}\n`);
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

// Exits without `drain`, so that a developer sees how clients recover from a hard stop.
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit());
