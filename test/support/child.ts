import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer, Methods } from "./rpc.ts";

/** Whether processes can be pinned to a core here. */
export const canPin = spawnSync("taskset", ["-c", "1", "true"]).status === 0;

export interface ChildOptions {
  /** Pins it to a core, if possible. Default: it runs on any core. */
  readonly core?: number;
  /** Node's options. */
  readonly options?: readonly string[];
  /** The file is JavaScript that needs nothing else, so it starts in a moment. Default: `false`. */
  readonly isBuilt?: boolean;
}

/** A process that runs one TypeScript file and answers calls, with as many file descriptors as it can get. */
export class Child<M extends Methods> {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #calls = 0;

  constructor(file: URL, { core, options = [], isBuilt = false }: ChildOptions = {}) {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const path = fileURLToPath(file);
    const pin = core !== undefined && canPin ? `taskset -c ${core} ` : "";
    const command = `ulimit -n 65536 2>/dev/null || ulimit -n $(ulimit -Hn); exec ${pin}"$0" "$@"`;
    const node = [process.execPath, "--expose-gc", ...(isBuilt ? [] : ["--import", "tsx"]), ...options, path];
    this.#process = spawn("sh", ["-c", command, ...node], {
      cwd: dirname(path), // where `tsx` is looked for from
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...env, NODE_ENV: "production" },
    });
    this.#process.on("message", ({ id, result, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(error));
    });
    this.#process.on("exit", (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${path} ended with ${code ?? signal}.`));
    });
  }

  call<Name extends keyof M & string>(
    method: Name,
    ...[argument]: Parameters<M[Name]>
  ): Promise<Awaited<ReturnType<M[Name]>>> {
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#process.send({ id, method, argument }, (error) => error && reject(error)); // it may just have died
    });
  }

  /** Resolves when the process has ended. */
  stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return Promise.resolve();
    const gone = new Promise<void>((resolve) => this.#process.once("exit", () => resolve()));
    this.#process.kill("SIGKILL");
    return gone;
  }
}
