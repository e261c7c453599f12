import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { createChat } from "./chat.js";

const { TOKEN_LIFE = 60_000, LINGER = 5_000, PORT = 3000 } = process.env;
const { sluice, whoIs } = createChat({ tokenLife: Number(TOKEN_LIFE), linger: Number(LINGER) });
const app = express().use(
  "/api",
  sluiceExpress(sluice, {
    context: (req) => whoIs(req.get("authorization")),
    identify: (_req, { user }) => user ?? undefined, // a user is there once, in however many tabs
  }),
);
const server = app.listen(PORT, () => {
  const address = server.address();
  console.log(`http://localhost:${typeof address === "object" ? address?.port : PORT}/api`);
});
