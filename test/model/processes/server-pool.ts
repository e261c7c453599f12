import { pathToFileURL } from "node:url";
import { buildProgram } from "../../support/built-program.js";
import { Child } from "../../support/child.js";
import type { ModelServer } from "./model-server.js";

export type ServerProcess = Child<ModelServer>;

/** Processes for servers. Who has shut down can serve again, in another run, too: to start one takes time. */
export class ServerPool {
  readonly #program: URL;
  readonly #all = new Set<ServerProcess>();
  readonly #idle: ServerProcess[] = [];

  private constructor(program: URL) {
    this.#program = program;
  }

  static async open(): Promise<ServerPool> {
    const path = await buildProgram(new URL("model-server.ts", import.meta.url), "model-server");
    return new ServerPool(pathToFileURL(path));
  }

  take(): ServerProcess {
    const taken = this.#idle.pop() ?? this.#spawn();
    // The next one starts meanwhile.
    if (this.#idle.length === 0) this.#idle.push(this.#spawn());
    return taken;
  }

  giveBack(process: ServerProcess): void {
    this.#idle.push(process);
  }

  async kill(process: ServerProcess): Promise<void> {
    this.#all.delete(process);
    await process.stop();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((process) => process.stop()));
  }

  #spawn(): ServerProcess {
    const process = new Child<ModelServer>(this.#program, { isBuilt: true });
    this.#all.add(process);
    return process;
  }
}
