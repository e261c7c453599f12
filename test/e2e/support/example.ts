import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../support/free-port.ts";

const main = fileURLToPath(new URL("../../../apps/example/dist/server/main.js", import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built example in its own process. */
export interface Example {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly exit: Promise<Exit>;
  /** The path of its log. */
  readonly data: string;
  /** Kills it, as in a crash. */
  crash(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs it, in a folder that isn't its own. Unless `DATA` says otherwise, it has a log of its own, which goes with it. */
export function runExample(env: Record<string, string>): {
  child: ChildProcess;
  stdout: () => string;
  exit: Promise<Exit>;
  data: string;
} {
  const folder = env["DATA"] ? undefined : mkdtempSync(join(tmpdir(), "sluice-example-"));
  const data = env["DATA"] || join(folder ?? "", "log.db");
  const child = spawn(process.execPath, [main], { cwd: tmpdir(), env: { ...process.env, ...env, DATA: data } });
  child.once("close", () => folder && rmSync(folder, { recursive: true, force: true }));
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const exit = once(child, "close").then(([code, signal]) => ({ code, signal, stdout, stderr }) as Exit);
  return { child, stdout: () => stdout, exit, data };
}

/**
 * @param given its port. Default: a free one, on which it can also start again.
 * @param options.isStill whether the match day stands still, so that all goals are the test's own.
 * @param options.data the path of its log. Default: a new one, which is removed when it ends.
 */
export async function startExample(given?: number, { isStill = true, data = "" } = {}): Promise<Example> {
  const port = given ?? (await freePort());
  const { child, stdout, exit, data: path } = runExample({ PORT: String(port), STILL: isStill ? "1" : "", DATA: data });
  const failed = exit.then(({ code, stderr }) => {
    throw new Error(`The example ended with ${code}: ${stderr}`);
  });
  // Waits only for its start: the test handles a later end.
  failed.catch(() => {});
  const url = await Promise.race([failed, urlIn(child, stdout)]);
  const crash = async () => {
    child.kill("SIGKILL");
    await exit;
  };
  return { url, port: Number(new URL(url).port), child, stdout, exit, data: path, crash, [Symbol.asyncDispose]: crash };
}

async function urlIn(child: ChildProcess, stdout: () => string): Promise<string> {
  for (;;) {
    const url = /http:\/\/localhost:\d+/.exec(stdout())?.[0];
    // The last line of the greeting has to be there, too.
    if (url && stdout().includes("curl -N")) return url;
    await once(child.stdout as NodeJS.ReadableStream, "data");
  }
}
