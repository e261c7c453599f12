import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Finds the folder of the workspace: this file runs from its source and from the build. */
export function rootOf(folder = dirname(fileURLToPath(import.meta.url))): string {
  const parent = dirname(folder);
  return parent === folder || existsSync(join(folder, "pnpm-workspace.yaml")) ? folder : rootOf(parent);
}
