import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort } from "../support/free-port.js";
import { eventually } from "./within.js";
import type { World } from "./world.js";

/** The program. */
export const nginx = ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"].find(
  (command) => spawnSync(command, ["-v"]).status === 0,
);

/** For `describeWith`. */
export const missing = nginx ? undefined : "nginx is neither in the PATH nor in sbin";

export interface NginxSettings {
  /** Directives beside `server`. */
  readonly http?: (upstreamPort: number) => string;
  /** Directives in the proxying `location`. Default: pass on to the server itself. */
  readonly location?: string;
  readonly upstream?: string;
}

/** Starts an nginx in front of a world, and stops it after the test. Returns the world behind that nginx. */
export async function startNginx(world: World, settings: NginxSettings = {}): Promise<World & { stop(): void }> {
  const { http = () => "", location = "", upstream = `127.0.0.1:${world.port}` } = settings;
  if (!nginx) throw new Error(missing);
  const dir = await mkdtemp(join(tmpdir(), "sluice-nginx-"));
  const port = await freePort();
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((each) => `${each}_temp_path ${dir}/${each};`);
  await writeFile(
    join(dir, "nginx.conf"),
    `daemon off;
    master_process off;
    pid ${dir}/pid;
    error_log ${dir}/error.log;
    events {}
    http {
      access_log off;
      ${temp.join("\n")}
      ${http(world.port)}
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://${upstream};
          ${location}
        }
      }
    }`,
  );
  const child = spawn(nginx, ["-p", dir, "-c", join(dir, "nginx.conf")], { stdio: "ignore" });
  const exited = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  onTestFinished(async () => {
    child.kill();
    await exited;
    await rm(dir, { recursive: true });
  });
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(await readFile(join(dir, "error.log"), "utf8"));
    await listening(port);
  });
  return { ...world, log: world.log, port, url: `http://127.0.0.1:${port}${world.base}`, stop: () => child.kill() };
}

const listening = (port: number) =>
  new Promise<void>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve();
    }).on("error", reject);
  });
