import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { explain, listen } from "./listen.ts";
import { portFrom } from "./port.ts";
import { ensureRedis } from "./redis-process.ts";
import { roundRobin } from "./round-robin.ts";

/** Milliseconds until a server that ended is started again. */
const restartDelay = 5_000;

interface Member {
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
}

const main = fileURLToPath(new URL("main.js", import.meta.url));
const url = process.env["REDIS_URL"] || "redis://localhost:6379";
/** The servers that serve, by name. */
const members = new Map<string, Member>();
/** Their processes, and those that don't serve yet. */
const children = new Set<ChildProcess>();
let isGreeted = false;
let isStopping = false;

/** Starts the example's server on a port of its own. Resolves when it serves. */
async function start(name: string): Promise<void> {
  const env = { ...process.env, PORT: "0", REDIS_URL: url, SERVER_NAME: name };
  const child = fork(main, { env });
  children.add(child);
  const ended = once(child, "exit").finally(() => children.delete(child));
  const told = await Promise.race([once(child, "message"), ended.then(() => undefined)]);
  if (!told) throw new Error(`The server ${name} did not start.`);
  const { port } = told[0] as { port: number };
  const member = { name, child, port };
  members.set(name, member);
  if (isGreeted) console.log(lineOf(member));
  void ended.then(async () => {
    members.delete(name);
    if (isStopping) return;
    console.log(`  server ${name}  has ended. It starts again in ${restartDelay / 1_000} s.`);
    setTimeout(() => {
      if (!isStopping) start(name).catch((error) => console.error(explain(error)));
    }, restartDelay);
  });
}

async function run(): Promise<void> {
  const port = portFrom(process.env["PORT"]);
  const redis = await ensureRedis(url);
  const proxy = roundRobin(() => [...members.values()].map((member) => member.port));

  async function stop(): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    const ends = [...children].map((child) => once(child, "exit"));
    for (const child of children) child.kill("SIGTERM");
    const timer = setTimeout(() => {
      for (const child of children) child.kill("SIGKILL");
    }, 5_000);
    await Promise.all(ends);
    clearTimeout(timer);
    redis.stop();
    process.exit();
  }
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (!isStopping) console.log("Stopping.");
      void stop();
    });
  }
  redis.child?.once("exit", () => {
    if (!isStopping) console.log("  Redis has ended. Clients stay connected, and their badges say so. Press Ctrl-C.");
  });

  try {
    await listen(proxy, port);
    await Promise.all(["A", "B", "C"].map(start));
  } catch (error) {
    process.exitCode = 1;
    console.error(explain(error));
    return stop();
  }
  isGreeted = true;
  console.log(greeting((proxy.address() as AddressInfo).port, redis.child?.pid));
}

const greeting = (port: number, redis: number | undefined): string => {
  const servers = [...members.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(lineOf);
  const ways: readonly (readonly [string, string])[] = [
    ["kill -9 <pid>", "a server dies: its pages go on at another one, and the badge says at which"],
    ["kill <pid>", "the same as in a deploy: it drains first"],
    ...(redis
      ? ([[`kill -STOP ${redis}`, `Redis hangs: pages stay, and say so, until kill -CONT ${redis}`]] as const)
      : []),
  ];
  return `
Sluice example at http://localhost:${port}

By three servers that share a log. Each request goes to the next one:
${servers.join("\n")}
  Redis     ${redis ? `pid ${redis}` : "was there"}  ${url}

Try it, and look at a page:
${ways.map(([command, what]) => `  ${command.padEnd(22)}${what}`).join("\n")}
  Ctrl-C                ends all of them
`;
};

const lineOf = ({ name, child, port }: Member) => `  server ${name}  pid ${child.pid}  http://localhost:${port}`;

run().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
