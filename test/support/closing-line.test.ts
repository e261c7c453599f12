import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const reporter = fileURLToPath(new URL("../closing-line.reporter.ts", import.meta.url));

const tests = `
let tries = 0;
describe("one of", () => {
  it("passes only when it is run again", () => {
    tries += 1;
    expect(tries).toBe(2);
  });
  it("passes", () => {});
  it("fails always", () => expect(1).toBe(2));
  it.skip("is skipped", () => {});
});
`;

it("the last lines name each test that passed only when it was run again, and count", { timeout: 60_000 }, async () => {
  const root = mkdtempSync(join(tmpdir(), "sluice-closing-line-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, "some.test.js"), tests);
  const given = [vitest, "run", "--root", root, "--globals", "--retry=1", `--reporter=${reporter}`];
  const { VITEST: _, ...env } = process.env;
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, given, { env, timeout: 50_000 }, (_error, stdout) => resolve(stdout));
  });
  expect(output.trimEnd().split("\n").slice(-3)).toEqual([
    "passed only when run again: some.test.js > one of > passes only when it is run again",
    "  expected 1 to be 2 // Object.is equality (some.test.js:6)",
    "2 passed, 1 failed, 1 skipped",
  ]);
});
