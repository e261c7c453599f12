import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SluiceError } from "@sluice/client";
import { expect, it, onTestFinished, vi } from "vitest";
import { createScoresClient } from "../../apps/docs/snippets/client.js";
import { missing, nginx as program } from "../conformance/nginx.js";
import { missingCurl } from "../support/curl.js";
import { describeWith } from "../support/describe-with.js";
import { freePort } from "../support/free-port.js";
import { missingRedisServer, RedisServer } from "../support/redis-server.js";

const fileOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string) => readFile(fileOf(path), "utf8");
const until = (check: () => void) => vi.waitFor(check, 30_000);

const answers = (url: string) =>
  expect
    .poll(
      () =>
        fetch(url)
          .then(({ status }) => status)
          .catch(() => undefined),
      { timeout: 60_000 },
    )
    .toBe(200);

/** A setting of the page's systemd unit, for the server on a port. */
const unit = await read("apps/docs/snippets/scores@.service");
const settingOf = (name: string, port: number) =>
  new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1]?.replaceAll("%i", String(port)) ?? "";

/** Runs a server as systemd would, but from its source, and with a Redis of the test. */
function startServer(port: number, redis: string): ChildProcess {
  const environment = Object.fromEntries(
    settingOf("Environment", port)
      .split(" ")
      .map((assignment) => assignment.split("=")),
  );
  const command = settingOf("ExecStart", port)
    .replace("/usr/bin/node", "")
    .replace("dist/server/deploy.js", fileOf("apps/docs/snippets/deploy.ts"));
  const child = spawn(
    process.execPath,
    ["--conditions=@sluice/source", "--import", "tsx", ...command.trim().split(" ")],
    {
      cwd: fileOf("test"),
      env: { ...process.env, ...environment, REDIS_URL: redis },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function temporary(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "sluice-deploy-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

const withPorts = (text: string, ports: readonly number[]) =>
  ports.reduce((changed, port, index) => changed.replaceAll(String(3001 + index), String(port)), text);

/** nginx with the page's `nginx.conf`, but for the ports and the folder of the web page. */
async function startNginx(ports: readonly number[], port: number): Promise<void> {
  const dir = await temporary();
  await mkdir(join(dir, "web"));
  await writeFile(join(dir, "web/index.html"), "the page");
  const http = withPorts(await read("apps/docs/snippets/nginx.conf"), ports)
    .replace("listen 8080;", `listen 127.0.0.1:${port};`)
    .replace("/srv/scores/dist/web", `${dir}/web`);
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${dir}/${name};`,
  );
  await chmod(dir, 0o755); // its workers may be another user
  await writeFile(
    join(dir, "nginx.conf"),
    `daemon off; pid ${dir}/pid; error_log ${dir}/error.log; events {} http { access_log off; ${folders.join(" ")}\n${http} }`,
  );
  const nginx = spawn(program as string, ["-p", dir, "-c", join(dir, "nginx.conf")], { stdio: "inherit" });
  onTestFinished(async () => {
    nginx.kill("SIGTERM");
    await once(nginx, "exit");
  });
  await answers(`http://127.0.0.1:${port}/api/scores/matches`);
}

/** Runs the page's loop. `restart` does what systemd does. */
async function runLoop(ports: readonly number[], restart: (port: number) => Promise<void>): Promise<void> {
  const page = await read("apps/docs/guide/deploying.md");
  const [, loop = ""] = /^```sh\n(for port[\s\S]*?)^```/m.exec(page) ?? [];
  expect(loop).toContain("systemctl restart");
  let failure: unknown;
  const systemd = createServer(async (req, res) => {
    const port = Number(/^\/restart\/scores@(\d+)$/.exec(req.url ?? "")?.[1]);
    await restart(port).catch((error) => (failure = error));
    res.end();
  }).listen(0);
  onTestFinished(() => void systemd.close());
  await once(systemd, "listening");
  const dir = await temporary();
  const { port } = systemd.address() as AddressInfo;
  await writeFile(join(dir, "systemctl"), `#!/bin/sh\nexec curl --silent --fail "http://127.0.0.1:${port}/$1/$2"\n`);
  await chmod(join(dir, "systemctl"), 0o755);
  const env = { ...process.env, PATH: `${dir}:${process.env["PATH"]}` };
  await promisify(execFile)("sh", ["-ec", withPorts(loop, ports)], { env, timeout: 120_000 });
  expect(failure).toBeUndefined();
}

describeWith(missing ?? missingRedisServer ?? missingCurl, "three servers on one Redis, behind nginx", () =>
  it("are replaced one after the other, while a client misses no goal and gets no reset", async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const url = `redis://127.0.0.1:${redis.port}`;
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    const servers = new Map(ports.map((port) => [port, startServer(port, url)]));
    await Promise.all(ports.map((port) => answers(`http://127.0.0.1:${port}/health`)));
    const entry = await freePort();
    await startNginx(ports, entry);
    expect(await (await fetch(`http://127.0.0.1:${entry}/matches/m1`)).text()).toBe("the page");

    const client = createScoresClient(`http://127.0.0.1:${entry}/api`, () => "referee");
    onTestFinished(() => client.$close());
    const minutes: number[] = [];
    const resets: string[] = [];
    client.scores.watch.subscribe(
      { matchId: "m1" },
      { on: { goal: ({ minute }) => minutes.push(minute) }, onReset: ({ reason }) => resets.push(reason) },
    );
    let minute = 0;
    /** As the page says: a call that meets a server's end fails, and is repeated where that is safe. */
    async function score() {
      minute++;
      const report = () => client.scores.report({ matchId: "m1", team: "home", minute });
      for (let attempt = 1; ; attempt++) {
        const failure: unknown = await report().catch((error) => error);
        if (failure === undefined) return;
        if (!(SluiceError.is(failure) && failure.retryable && attempt < 5)) throw failure;
      }
    }
    await until(() => expect(client.scores.watch.store({ matchId: "m1" }).get().status).toBe("success"));

    const replaced: number[] = [];
    await runLoop(ports, async (port) => {
      const server = servers.get(port) as ChildProcess;
      await score();
      const exited = once(server, "exit", {
        signal: AbortSignal.timeout(Number(settingOf("TimeoutStopSec", port)) * 1_000),
      });
      server.kill("SIGTERM");
      expect(await exited).toEqual([0, null]);
      await score(); // the others go on
      startServer(port, url);
      replaced.push(port);
    });
    expect(replaced).toEqual(ports);
    await score();
    await until(() => expect(minutes).toEqual([1, 2, 3, 4, 5, 6, 7]));
    expect(resets).toEqual([]);
  }, 240_000),
);
