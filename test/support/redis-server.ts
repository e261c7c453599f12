import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endWithParent } from "./end-with-parent.js";
import { freePort } from "./free-port.js";

/** Redis or Valkey: that of `REDIS_SERVER` or, without it, the one on the PATH. */
const given = process.env["REDIS_SERVER"];
const program = (given ? [given] : ["redis-server", "valkey-server"]).find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

/** Of Redis and Valkey, which count on from one another. */
const [, major = 0] = /v=(\d+)/.exec(program ? spawnSync(program, ["--version"]).stdout.toString() : "") ?? [];

/** What tests that start a server lack, in a sentence's words. */
export const missingRedisServer = program
  ? undefined
  : given
    ? `${given} does not run`
    : "there is no redis-server on the PATH";

/** What tests lack of a server that came with Redis 7: sharded channels, which a log needs in a cluster, and to ask what a user may do. */
export const missingRedis7 =
  missingRedisServer ?? (Number(major) < 7 ? "this redis-server is older than 7" : undefined);

/** What tests lack of a server that was built with TLS. Another one does not know the setting. */
export function missingTls(): string | undefined {
  if (!program) return missingRedisServer;
  const { stderr } = spawnSync(program, ["--port", "0", "--tls-port", "1", "--tls-cert-file", "none"], {
    timeout: 5_000,
  });
  return /bad directive/i.test(stderr.toString()) ? "this redis-server was built without TLS" : undefined;
}

/** What tests that use any server lack. */
export const missingRedis =
  process.env["REDIS_URL"] || program ? undefined : "there is no redis-server on the PATH, and no REDIS_URL";

/** A server of `REDIS_URL` or, without it, of one's own. */
export async function anyRedis(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const url = process.env["REDIS_URL"];
  return url ? { url, async stop() {} } : RedisServer.start();
}

/** A server in a folder of its own, that writes nothing to disk unless it is told to. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: readonly string[];
  readonly #file: string | undefined;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, settings: readonly string[], file?: string) {
    this.#file = file;
    this.port = port;
    this.#folder = folder;
    this.#settings = settings;
  }

  /** @param settings as on the command line, for example `"--appendonly", "yes"` */
  static async start(...settings: readonly string[]): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), "sluice-redis-"));
    const server = new RedisServer(await freePort(), folder, settings);
    await server.run();
    return server;
  }

  /** Starts a Sentinel. It looks after a primary, and makes its replica the primary when it is away for half a second. */
  static async startSentinel(name: string, primary: { readonly port: number }): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), "sluice-sentinel-"));
    const file = join(folder, "sentinel.conf");
    const watched = `sentinel monitor ${name} 127.0.0.1 ${primary.port} 1\n`;
    const times = `sentinel down-after-milliseconds ${name} 500\nsentinel failover-timeout ${name} 2000\n`;
    await writeFile(file, watched + times);
    const server = new RedisServer(await freePort(), folder, [], file);
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts its process, after `kill`. Resolves when it answers. */
  async run(): Promise<void> {
    const base = ["--port", `${this.port}`, "--bind", "127.0.0.1", "--dir", this.#folder];
    const all = this.#file ? [this.#file, ...base] : [...base, "--save", ""];
    const argv0 = this.#file ? "redis-sentinel" : (program as string); // what it is called is what it is
    this.#process = spawn(program as string, [...all, ...this.#settings], { argv0, stdio: "ignore" });
    endWithParent(this.#process);
    for (let tries = 0; !(await this.#answers()); tries += 1) {
      if (tries > 500) throw new Error(`${program} does not answer on port ${this.port}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Sends a command without spaces in its words, over a connection of its own. Resolves with the answer as it is on the wire. */
  command(...words: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, "127.0.0.1", () => socket.write(`${words.join(" ")}\r\n`));
      socket.once("data", (answer) => {
        resolve(answer.toString());
        socket.destroy();
      });
      socket.once("error", reject);
    });
  }

  /** CPU that it has used so far, user and system, in microseconds. */
  async cpu(): Promise<number> {
    const seconds = [...(await this.command("INFO", "cpu")).matchAll(/^used_cpu_(?:user|sys):([\d.]+)/gm)];
    return seconds.reduce((sum, [, each]) => sum + Number(each), 0) * 1e6;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Resolves when the process is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const gone = new Promise((resolve) => process.once("exit", resolve));
    process.kill(signal);
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** It may accept connections, and still be loading. */
  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1", () => socket.write("PING\r\n"));
      socket.setTimeout(500, () => socket.destroy());
      socket.once("data", (answer) => {
        resolve(/^(\+PONG|-NOAUTH)/.test(answer.toString()));
        socket.destroy();
      });
      socket.once("error", () => {});
      socket.once("close", () => resolve(false));
    });
  }
}
