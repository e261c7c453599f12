import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** A program that is ended with the test that started it, or at the latest with this process. */
export function start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options);
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.removeListener("exit", kill));
  return child;
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Milliseconds that a browser may take to start on a busy machine. */
const patience = 50_000;

/** Asks again until a program that was just started answers. */
export async function answer<T>(child: ChildProcess, ask: () => Promise<T>): Promise<T> {
  for (const start = performance.now(); ; await sleep(50)) {
    try {
      return await ask();
    } catch (cause) {
      const exit = child.exitCode ?? child.signalCode;
      if (exit !== null) throw new Error(`${child.spawnfile} ended with ${exit} before it could be used`, { cause });
      if (performance.now() - start > patience) throw new Error(`${child.spawnfile} doesn't answer`, { cause });
    }
  }
}
