import { type ChildProcess, fork } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** Where packages are found from that can't be bundled, such as `libsql`. */
const beside = new URL("../../packages/sqlite/node_modules/", import.meta.url);

/** One file from TypeScript sources, so that a process of it starts in a moment. Returns its path. */
export async function buildProgram(source: URL, name: string): Promise<string> {
  const folder = new URL(`.${name}/`, beside);
  // Other processes may build the same program, and start it: it is there all the time, and never half of it.
  const own = new URL(`${process.pid}/`, folder);
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@sluice/source"] },
    ssr: { noExternal: true, external: ["libsql"], resolve: { conditions: ["@sluice/source"] } },
    build: {
      ssr: fileURLToPath(source),
      outDir: fileURLToPath(own),
      emptyOutDir: true,
      target: "es2023",
      rollupOptions: { output: { entryFileNames: "program.mjs" } },
    },
  });
  const path = fileURLToPath(new URL("program.mjs", folder));
  renameSync(new URL("program.mjs", own), path);
  rmSync(own, { recursive: true });
  return path;
}

/** Starts it with one argument, as JSON. It has an IPC channel, and must end when that is closed. */
export function startProgram(path: string, argument: unknown): ChildProcess {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return fork(path, [JSON.stringify(argument)], { env, execArgv: ["--no-warnings"], stdio: "inherit" });
}
