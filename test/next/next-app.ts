import { type ChildProcess, spawn } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packAll, run } from "../package/project.js";
import { freePort } from "../support/free-port.js";

const source = fileURLToPath(new URL("../../apps/next", import.meta.url));

/** The example in `apps/next`, installed in a folder of its own with the packages as they would be published. */
export async function installApp(dir: string): Promise<void> {
  const tarballs = await packAll(dir);
  await cp(source, dir, { recursive: true });
  const manifest = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
  for (const { file, manifest: packed } of tarballs) {
    if (packed.name in manifest.dependencies) manifest.dependencies[packed.name] = `file:${file}`;
  }
  await writeFile(join(dir, "package.json"), JSON.stringify(manifest));
  const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  const patiently = ["--fetch-timeout=15000", "--fetch-retries=5", "--fetch-retry-mintimeout=1000"];
  await succeed(dir, "npm", "install", ...quietly, ...patiently);
}

/** Writes its settings, as `create-next-app` does, and compiles and type-checks it. */
export async function buildApp(dir: string, settings: { readonly cacheComponents: boolean }): Promise<void> {
  await writeFile(join(dir, "next.config.mjs"), `export default ${JSON.stringify(settings)};`);
  await succeed(dir, process.execPath, next(dir), "build");
}

export interface RunningApp {
  readonly url: string;
  /** What it printed. */
  readonly printed: () => string;
  stop(): Promise<void>;
}

export async function startApp(dir: string, command: "start" | "dev"): Promise<RunningApp> {
  const port = await freePort();
  const args = [next(dir), command, "--port", String(port), "--hostname", "127.0.0.1"];
  // Its own group: `next dev` has children.
  const child = spawn(process.execPath, args, { cwd: dir, detached: true, env: { ...process.env, ...quiet } });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child, () => printed);
  return {
    url,
    printed: () => printed,
    async stop() {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      process.kill(-(child.pid as number), "SIGKILL");
      await exited;
    },
  };
}

const quiet = { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: undefined };

const next = (dir: string) => join(dir, "node_modules/next/dist/bin/next");

async function answers(url: string, child: ChildProcess, printed: () => string): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/api/assistant/running`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`It ended:\n${printed()}`);
}

async function succeed(dir: string, command: string, ...args: readonly string[]): Promise<void> {
  process.env["NEXT_TELEMETRY_DISABLED"] = "1";
  const { code, output } = await run(dir, command, ...args);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
}
