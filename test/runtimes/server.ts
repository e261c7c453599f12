import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endWithParent } from "../support/end-with-parent.js";
import { freePort } from "../support/free-port.js";
import type { FetchLike } from "./fetch-http2.js";
import type { Platform } from "./platforms.js";

const folder = fileURLToPath(new URL("servers/", import.meta.url));

type Headers = Readonly<Record<string, string>>;

/** A platform's server, in a process of its own. */
export class Server {
  readonly port: number;
  readonly fetch: FetchLike;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #prints: RegExp | undefined;
  #printed = "";

  private constructor({ command, fetch, prints }: Platform, port: number, env: Readonly<Record<string, string>>) {
    const [program = "", ...args] = command;
    const settings = { PORT: String(port), NO_COLOR: "1", NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
    // A group of its own: some have children.
    this.#child = spawn(program, args, { cwd: folder, detached: true, env: { ...process.env, ...settings, ...env } });
    endWithParent(this.#child);
    this.#exited = new Promise((resolve) => this.#child.once("close", resolve).once("error", resolve));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#printed += text;
      });
    }
    this.port = port;
    this.fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#prints = prints;
  }

  /** @param env settings of `servers/sluice.mjs` */
  static async start(platform: Platform, env: Readonly<Record<string, string>> = {}): Promise<Server> {
    const server = new Server(platform, await freePort(), env);
    await server.#answers();
    return server;
  }

  async #answers(): Promise<void> {
    let hasEnded = false;
    void this.#exited.then(() => {
      hasEnded = true;
    });
    while (!hasEnded) {
      if (await this.ask("ping").catch(() => undefined)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`It ended:\n${this.#printed}`);
  }

  /** What it printed of errors and warnings. */
  get complaints(): string {
    return this.#prints ? this.#printed.replace(this.#prints, "") : this.#printed;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/api`;
  }

  ask(path: string, init?: RequestInit): Promise<Response> {
    return this.fetch(`${this.url}/${path}`, init);
  }

  post(path: string, body: string, type = "application/json", headers: Headers = {}): Promise<Response> {
    return this.ask(path, { method: "POST", headers: { ...headers, "content-type": type }, body });
  }

  /** Publishes the numbers in their order. `size`: characters of each event. */
  async publish(id: string, from: number, to = from, size = 10): Promise<void> {
    const { status } = await this.post("control/publish", JSON.stringify({ input: { id, from, to, size } }));
    if (status !== 200) throw new Error(`publish was answered ${status}`);
  }

  async stats(): Promise<Record<string, number>> {
    const answer = await this.ask("control/stats");
    return ((await answer.json()) as { output: Record<string, number> }).output;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) process.kill(-(this.#child.pid as number), "SIGKILL");
    await this.#exited;
  }
}
