import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface RedisProcess {
  /** Absent: it was there before. */
  readonly child?: ChildProcess | undefined;
  stop(): void;
}

/**
 * Starts a Redis at this address, unless one answers there. What it has is lost when it stops.
 *
 * @throws Error with a message for people.
 */
export async function ensureRedis(url: string): Promise<RedisProcess> {
  const { hostname, port } = new URL(url);
  const at = { host: hostname || "localhost", port: Number(port || 6379) };
  if (await answers(at)) return { stop() {} };
  if (!["localhost", "127.0.0.1", "[::1]"].includes(at.host)) throw new Error(`No Redis answers at ${url}.`);
  const program = ["redis-server", "valkey-server"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (!program) {
    throw new Error(
      `No Redis answers at ${url}, and there is no redis-server to start: install it, as with "apt-get install redis-server" or "brew install redis", or set REDIS_URL.`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "sluice-cluster-"));
  const settings = ["--port", `${at.port}`, "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  // In a group of its own: Ctrl-C in a terminal must end the servers first.
  const child = spawn(program, settings, { stdio: "ignore", detached: true });
  const stop = () => {
    child.kill("SIGCONT"); // it may have been stopped to see what happens
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers({ ...at, host: "127.0.0.1" })); tries++) {
    if (tries < 100 && child.exitCode === null) await sleep(50);
    else {
      stop();
      throw new Error(`${program} did not start on port ${at.port}.`);
    }
  }
  return { child, stop };
}

/** Any answer will do, also that a password is missing. */
const answers = (at: { readonly host: string; readonly port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(at, () => socket.write("PING\r\n"));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once("data", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => {});
    socket.once("close", () => resolve(false));
  });
