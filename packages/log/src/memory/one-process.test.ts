import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const memory = JSON.stringify(new URL("../memory.ts", import.meta.url).href);
const load = `const { memoryLog } = await import(${memory});`;
const make = 'memoryLog(); memoryLog({ name: "a" });';
const useLogs = `${load} ${make}`;

/** The worker's code, which must be a file. */
function inWorker(code: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "sluice-")), "worker.mjs");
  writeFileSync(file, `${code} process.exit();`);
  return `
    import cluster from "node:cluster";
    cluster.setupPrimary({ exec: ${JSON.stringify(file)}, execArgv: ["--import", "tsx"] });
    cluster.fork();
  `;
}

/** What a process prints to stderr. */
function printed(code: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { NODE_OPTIONS: _, NODE_APP_INSTANCE: __, ...own } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", code], {
    cwd: fileURLToPath(new URL("../../../../test", import.meta.url)), // `tsx` is resolved from here
    env: { ...own, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += chunk));
  return new Promise((resolve) => child.on("close", () => resolve(text)));
}

it.each<[string, string, Record<string, string>, string]>([
  ["an instance of pm2's", useLogs, { NODE_APP_INSTANCE: "0" }, "NODE_APP_INSTANCE is 0"],
  ["one of pm2's four instances", useLogs, { NODE_APP_INSTANCE: "3", instances: "4" }, "NODE_APP_INSTANCE is 3"],
  ["a worker of node:cluster", inWorker(useLogs), {}, "it is a worker of node:cluster"],
])(
  "warns once that a memory log is of one process, in %s",
  async (_where, code, env, sign) => {
    const text = await printed(code, env);
    expect(text).toContain(`[sluice] memoryLog() is of one process, and this seems to be one of several (${sign})`);
    expect(text.match(/\[sluice\]/g)).toHaveLength(1);
  },
  30_000,
);

it.each([
  ["a process alone", {}],
  ["pm2's only instance", { NODE_APP_INSTANCE: "0", instances: "1" }],
])(
  "says nothing in %s",
  async (_where, env) => {
    expect(await printed(useLogs, env as Record<string, string>)).toBe("");
  },
  30_000,
);

it("requires nothing from runtimes without a process", async () => {
  // Only now, because the TypeScript loader may need it.
  expect(await printed(`${load} delete globalThis.process; ${make}`, { NODE_APP_INSTANCE: "1" })).toBe("");
}, 30_000);
