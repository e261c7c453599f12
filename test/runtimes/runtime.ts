import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** A server in a runtime, in a process of its own. */
export class Runtime {
  readonly #child: ChildProcess;
  /** What it printed, except the URL. */
  printed = "";
  url = "";

  private constructor([command = "", ...args]: readonly string[]) {
    this.#child = spawn(command, args, { cwd: folder, env: { ...process.env, NO_COLOR: "1" } });
  }

  static async start(command: readonly string[]): Promise<Runtime> {
    const runtime = new Runtime(command);
    await runtime.#started();
    return runtime;
  }

  #started(): Promise<void> {
    return new Promise((resolve, reject) => {
      const read = (chunk: Buffer) => {
        this.printed += chunk;
        this.printed = this.printed.replace(/^http:\/\/127\.0\.0\.1:\d+\n/m, (line) => {
          this.url = line.trim();
          return "";
        });
        if (this.url) resolve();
      };
      this.#child.stdout?.on("data", read);
      this.#child.stderr?.on("data", read);
      this.#child.on("error", reject);
      this.#child.on("exit", () => reject(new Error(`It ended:\n${this.printed}`)));
    });
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async control(what: string, input: object = {}): Promise<Record<string, number>> {
    const answer = await fetch(`${this.url}/control/${what}`, { method: "POST", body: JSON.stringify(input) });
    return (await answer.json()) as Record<string, number>;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill();
    await exited;
  }
}
