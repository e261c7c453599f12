import { fileURLToPath } from "node:url";
import express, { Router } from "express";

const webRoot = fileURLToPath(new URL("../web", import.meta.url));

/** What Vite has built. Every path is a page, and the browser's router knows which. */
export function builtPages(): Router {
  const router = Router();
  router.use("/assets", express.static(`${webRoot}/assets`, { immutable: true, maxAge: "1y", fallthrough: false }));
  router.get("/{*path}", (_req, res) => res.sendFile("index.html", { root: webRoot, cacheControl: false }));
  return router;
}
