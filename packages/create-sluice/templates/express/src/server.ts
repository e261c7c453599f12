import { createServer } from "node:http";
import { createSluice } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { router } from "./router";

// The log is in memory: `createSluice(router, { log })` keeps it in a file or in Redis.
const sluice = createSluice(router);
const app = express().use("/api", sluiceExpress(sluice));
const server = createServer(app);

if (process.argv.includes("--dev")) {
  const vite = await import("vite");
  const { middlewares } = await vite.createServer({ server: { middlewareMode: true, hmr: { server } } });
  app.use(middlewares);
} else {
  app.use(express.static("dist/web"));
  process.once("SIGTERM", async () => {
    server.close();
    await sluice.close(); // hands open streams over to other servers
    server.closeAllConnections();
  });
}

const port = process.env.PORT ?? 3000;
server.listen(port, () => console.log(`http://localhost:${port}`));
