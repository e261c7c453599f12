import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RequestHandler } from "express";

/** Serves the README as plain text: Markdown is readable without a renderer. */
export const readme: RequestHandler = (_req, res, next) => {
  const root = rootOf(dirname(fileURLToPath(import.meta.url)));
  if (!root) return next();
  res.sendFile("README.md", { root, headers: { "content-type": "text/plain; charset=utf-8" } });
};

/** Finds the folder of the workspace: this file runs from its source and from the build. */
function rootOf(folder: string): string | undefined {
  if (existsSync(join(folder, "pnpm-workspace.yaml"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootOf(parent);
}
