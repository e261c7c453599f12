import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("../../scripts/pnpm.mjs", import.meta.url));

it("an install asks no question: every dependency's build script is already allowed or denied", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, "permissions", "list"]);
  expect(stdout).toContain("Denied");
  expect(stdout).not.toMatch(/await/i);
}, 60_000);
