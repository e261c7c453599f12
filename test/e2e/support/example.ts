import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

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
  /** Kills it, as in a crash. */
  crash(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs it, in a folder that isn't its own. */
export function runExample(env: Record<string, string>): {
  child: ChildProcess;
  stdout: () => string;
  exit: Promise<Exit>;
} {
  const child = spawn(process.execPath, [main], { cwd: tmpdir(), env: { ...process.env, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const exit = once(child, "close").then(([code, signal]) => ({ code, signal, stdout, stderr }) as Exit);
  return { child, stdout: () => stdout, exit };
}

/**
 * @param port a free one by default.
 * @param options.isStill whether the match day stands still, so that all goals are the test's own.
 */
export async function startExample(port = 0, { isStill = true } = {}): Promise<Example> {
  const { child, stdout, exit } = runExample({ PORT: String(port), STILL: isStill ? "1" : "" });
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
  return { url, port: Number(new URL(url).port), child, stdout, exit, crash, [Symbol.asyncDispose]: crash };
}

async function urlIn(child: ChildProcess, stdout: () => string): Promise<string> {
  for (;;) {
    const url = /http:\/\/localhost:\d+/.exec(stdout())?.[0];
    // The last line of the greeting has to be there, too.
    if (url && stdout().includes("curl -N")) return url;
    await once(child.stdout as NodeJS.ReadableStream, "data");
  }
}
