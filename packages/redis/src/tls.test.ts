import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, createCluster } from "redis";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { cert, key } from "../../../test/support/certificate.js";
import { describeWith } from "../../../test/support/describe-with.js";
import { freePort } from "../../../test/support/free-port.js";
import { missingRedis7, missingTls, RedisServer } from "../../../test/support/redis-server.js";
import { startCluster } from "./cluster.test-kit.js";
import type { RedisLog } from "./engine.js";
import { keepOn } from "./faults.test-kit.js";
import { Follower } from "./follower.test-kit.js";
import type { RedisLogOptions } from "./options.js";
import { until } from "./redis-harness.test-kit.js";
import { redisLog } from "./redis-log.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const event = { type: "n", data: "1" };

describeWith(missingTls(), "redisLog, over TLS,", () => {
  let folder: string;
  const servers: RedisServer[] = [];
  const logs: RedisLog[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sluice-tls-"));
    await Promise.all([writeFile(join(folder, "cert"), cert), writeFile(join(folder, "key"), key)]);
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await rm(folder, { recursive: true });
  });

  const open = (options: RedisLogOptions) => {
    const log = redisLog(options);
    logs.push(log);
    return log;
  };
  /** Settings of a server that speaks TLS at this port, too. */
  const settingsFor = (port: number, authClients: "yes" | "no") => {
    const [certFile, keyFile] = [join(folder, "cert"), join(folder, "key")];
    const files = ["--tls-cert-file", certFile, "--tls-key-file", keyFile, "--tls-ca-cert-file", certFile];
    return ["--tls-port", String(port), "--tls-auth-clients", authClients, ...files];
  };
  const start = async (authClients: "yes" | "no") => {
    const port = await freePort();
    const server = await RedisServer.start(...settingsFor(port, authClients));
    servers.push(server);
    return { server, url: `rediss://127.0.0.1:${port}` };
  };

  it("publishes, is told, and connects again", async () => {
    const { server, url } = await start("no");
    const [log, peer] = [1, 2].map(() => open({ client: createClient({ url, socket: { tls: true, ca: cert } }) })) as [
      RedisLog,
      RedisLog,
    ];
    const follower = await Follower.open(peer, "a");
    await log.append("a", [event]);
    await until(() => follower.seen.length === 1);
    await server.kill();
    await until(() => log.status === "down" && peer.status === "down");
    await server.run();
    await until(() => log.status === "up" && peer.status === "up", 30_000);
    await log.append("a", [event]);
    await until(() => follower.seen.length === 2); // it was told that the first one is lost, and read anew
    expect(follower.resets).toHaveLength(1);
  });

  it("shows its own certificate where the server asks for one", async () => {
    const { url } = await start("yes");
    const log = open({ client: createClient({ url, socket: { tls: true, ca: cert, cert, key } }) });
    expect(await log.append("a", [event])).toMatchObject({ ok: true });
    const stranger = open({ client: createClient({ url, socket: { tls: true, ca: cert } }) });
    await expect(stranger.append("a", [event])).rejects.toMatchObject({ code: "unavailable" });
  });

  it("is down, and sends nothing, where it can't verify the server's certificate", async () => {
    const { server, url } = await start("no");
    const log = open({ url });
    await expect(log.append("a", [event])).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/certificate/),
    });
    expect(log.status).toBe("down");
    expect(await server.command("DBSIZE")).toBe(":0\r\n");
  });

  it("finds the primary by Sentinels", async () => {
    const { server: primary } = await start("no");
    const port = await freePort();
    servers.push(await RedisServer.start(...settingsFor(port, "no")));
    const sentinel = await RedisServer.startSentinel("cache", { port });
    servers.push(sentinel);
    const nodes = [{ host: "127.0.0.1", port: sentinel.port }];
    const socket = { tls: true, ca: cert } as const;
    const log = open({ sentinel: { name: "cache", nodes, options: { socket } } });
    expect(await log.append("a", [event])).toMatchObject({ ok: true });
    expect(await primary.command("DBSIZE")).toBe(":0\r\n");
  });

  if (missingRedis7 === undefined) {
    it("publishes and is told in a cluster", async () => {
      const ports = await Promise.all([1, 2, 3].map(() => freePort()));
      const members = ports.map((port) => ({ port, settings: [...settingsFor(port, "no"), "--tls-cluster", "yes"] }));
      servers.push(...(await startCluster(members)));
      const rootNodes = ports.map((port) => ({ url: `rediss://127.0.0.1:${port}` }));
      const client = () => createCluster({ rootNodes, defaults: { socket: { tls: true, ca: cert } } });
      const [log, peer] = [open({ client: client() }), open({ client: client() })];
      const topics = Array.from({ length: 12 }, (_, i) => `topic/${i}`);
      const followers = await Promise.all(topics.map((topic) => keepOn(() => Follower.open(peer, topic))));
      await Promise.all(topics.map((topic) => log.append(topic, [event])));
      await until(() => followers.every(({ seen }) => seen.length === 1));
    });
  }
});
