import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RequestHandler } from "express";

/** The repository's README as it is: Markdown reads well as plain text, and needs no renderer here. */
export const readme: RequestHandler = (_req, res, next) => {
  const root = rootOf(dirname(fileURLToPath(import.meta.url)));
  if (!root) return next();
  res.sendFile("README.md", { root, headers: { "content-type": "text/plain; charset=utf-8" } });
};

/** The workspace's folder: this file is run from two places, as source and built. */
function rootOf(folder: string): string | undefined {
  if (existsSync(join(folder, "pnpm-workspace.yaml"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootOf(parent);
}
