import { fileURLToPath } from "node:url";
import express, { Router } from "express";

const webRoot = fileURLToPath(new URL("../web", import.meta.url));

/** The pages that Vite has built. Every path serves the same file, and the router in the browser picks the page. */
export function builtPages(): Router {
  const router = Router();
  router.use("/assets", express.static(`${webRoot}/assets`, { immutable: true, maxAge: "1y", fallthrough: false }));
  router.get("/{*path}", (_req, res) => res.sendFile("index.html", { root: webRoot, cacheControl: false }));
  return router;
}
