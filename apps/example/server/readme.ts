import type { RequestHandler } from "express";
import { rootOf } from "./root-of.ts";

/** Serves the README as plain text: Markdown is readable without a renderer. */
export const readme: RequestHandler = (_req, res) => {
  res.sendFile("README.md", { root: rootOf(), headers: { "content-type": "text/plain; charset=utf-8" } });
};
