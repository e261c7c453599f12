import type { AddressInfo } from "node:net";
import { sluiceFetch } from "@sluice/server/fetch";
import { createApp, createScores, reportGoal } from "../../apps/docs/snippets/server.js";
import { renderPage } from "../../apps/docs/snippets/ssr-server.js";

const sluice = createScores();
const handler = sluiceFetch(sluice, { base: "/api", context: () => ({ user: null }), identify: () => undefined });
await reportGoal(sluice, "m1", 12);
const app = createApp(sluice)
  .get("/page", async (_req, res) => void res.send(await renderPage(handler, "", "m1")))
  .post("/goal", async (_req, res) => void res.send(await reportGoal(sluice, "m1", 13)));
const server = app.listen(0, () => console.log(`http://localhost:${(server.address() as AddressInfo).port}`));
