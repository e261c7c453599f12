import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { buildProgram, startProgram } from "../support/built-program.ts";
import { RoundRobin } from "../support/round-robin.ts";
import type { Said, ServerOptions } from "./fleet-server.ts";

/** The servers' program is built once for all tests of a process. */
let program: Promise<string> | undefined;

/** How a server ends: asked to, or not. */
export type Ending = "SIGTERM" | "SIGKILL";

/** Milliseconds after which a server that was asked to end has not. */
const patience = 20_000;

/** Server processes behind a balancer. */
export class Fleet {
  /** What went wrong in servers. */
  readonly problems: string[] = [];
  readonly balancer: RoundRobin;
  readonly #program: string;
  readonly #servers: (ChildProcess | undefined)[] = [];

  private constructor(program: string, balancer: RoundRobin) {
    this.#program = program;
    this.balancer = balancer;
  }

  /** Starts a server for each of the options. */
  static async start(each: readonly ServerOptions[]): Promise<Fleet> {
    program ??= buildProgram(new URL("fleet-server.ts", import.meta.url), "fleet");
    const fleet = new Fleet(await program, await RoundRobin.start());
    await Promise.all(each.map((options, number) => fleet.run(number, options)));
    return fleet;
  }

  get url(): string {
    return this.balancer.url;
  }

  /** Starts a server, and sends it connections when it listens. */
  async run(number: number, options: ServerOptions): Promise<void> {
    const child = startProgram(this.#program, options);
    this.#servers[number] = child;
    child.on("message", (said: Said) => {
      if ("problem" in said) this.problems.push(said.problem);
    });
    child.once("exit", (code, signal) => {
      if (this.#servers[number] === child) this.problems.push(`server ${number} ended by itself: ${code ?? signal}`);
    });
    this.balancer.ports[number] = await new Promise<number>((resolve, reject) => {
      child.on("message", (said: Said) => "port" in said && resolve(said.port));
      child.once("exit", (code, signal) => reject(new Error(`server ${number} did not start: ${code ?? signal}`)));
    });
  }

  /** Resolves when it is gone. The balancer finds that out by itself. */
  async end(number: number, how: Ending): Promise<void> {
    const child = this.#servers[number];
    if (!child) return;
    this.#servers[number] = undefined;
    const gone = once(child, "exit");
    child.kill(how);
    const timer = setTimeout(() => {
      this.problems.push(`server ${number} did not end within ${patience} ms`);
      child.kill("SIGKILL");
    }, patience);
    const [code] = await gone;
    clearTimeout(timer);
    if (how === "SIGTERM" && code !== 0) this.problems.push(`server ${number} ended with ${code}`);
  }

  async restart(number: number, how: Ending, options: ServerOptions): Promise<void> {
    await this.end(number, how);
    await this.run(number, options);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((_, number) => this.end(number, "SIGKILL")));
    await this.balancer.stop();
  }
}
