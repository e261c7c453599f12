import { createServer } from "node:http";
import { redisLog } from "@sluice/redis";
import { createApp, createScores } from "./server.js";

const sluice = createScores(redisLog({ url: process.env["REDIS_URL"] ?? "redis://localhost:6379" }));
const app = createApp(sluice);
app.get("/health", (_req, res) => void res.send("ok")); // asks nobody else
const server = createServer(app);
server.listen(Number(process.env["PORT"] ?? 3000));

process.once("SIGTERM", async () => {
  server.close(); // no new connections: clients that come back go to other servers
  await sluice.close(); // asks clients to reconnect, waits for them, closes the log
  server.closeAllConnections(); // those that are kept alive would hold the process
});
