import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { install, packAll, type Run, remove, run, temporary } from "./project.js";

const fixture = fileURLToPath(new URL("jest/", import.meta.url));

const dependencies = {
  "@babel/core": "7.28.5",
  "@babel/preset-env": "7.28.5",
  "@testing-library/dom": "10.4.2",
  "@testing-library/react": "16.3.3",
  jest: "30.5.2",
  "jest-environment-jsdom": "30.5.2",
  "jest-fixed-jsdom": "0.0.11",
};

let dir: string;
let project: string;

beforeAll(async () => {
  [dir, project] = await Promise.all([temporary(), temporary()]);
  await install(project, await packAll(dir), { dependencies });
}, 300_000);

afterAll(() => Promise.all([remove(dir), remove(project)]));

/** Runs the tests of `test/package/jest`, in a folder that has them to itself. */
async function jest(
  name: string,
  type: "module" | "commonjs",
  flags: readonly string[],
  ...args: string[]
): Promise<Run> {
  const folder = join(project, name);
  await cp(fixture, folder, { recursive: true });
  const config = await readFile(join(fixture, type === "module" ? "esm.config.json" : "cjs.config.json"), "utf8");
  await writeFile(join(folder, "package.json"), JSON.stringify({ type, jest: JSON.parse(config) }));
  const bin = join(project, "node_modules/jest/bin/jest.js");
  return run(folder, process.execPath, "--no-warnings", ...flags, bin, "--rootDir", folder, ...args);
}

it("the kit works in Jest with ES modules", async () => {
  const { code, output } = await jest("esm", "module", ["--experimental-vm-modules"]);
  expect(output).toContain("3 passed, 3 total");
  expect(output).not.toMatch(/did not exit|not wrapped in act|Warning/);
  expect(code).toBe(0);
}, 120_000);

it("the kit works in Jest where Babel makes CommonJS of it", async () => {
  const { code, output } = await jest("cjs", "commonjs", []);
  expect(output).toContain("3 passed, 3 total");
  expect(code).toBe(0);
}, 120_000);

it("in Jest's own jsdom, it says what is missing and what to do", async () => {
  const { code, output } = await jest("jsdom", "module", ["--experimental-vm-modules"], "--env", "jsdom");
  expect(output).toContain("In Jest, use the environment jest-fixed-jsdom in the place of jsdom");
  expect(code).toBe(1);
}, 120_000);
