import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { describeWith } from "../../../test/support/describe-with.js";
import { missingRedisServer, RedisServer } from "../../../test/support/redis-server.js";
import type { RedisLog } from "./engine.js";
import { keepOn, nothingPublished, pause, publishWhile } from "./faults.test-kit.js";
import { Follower } from "./follower.test-kit.js";
import { until } from "./redis-harness.test-kit.js";
import { redisLog } from "./redis-log.js";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const topic = "scores/watch";

describeWith(missingRedisServer, "redisLog, with Sentinel,", () => {
  const servers: RedisServer[] = [];
  const logs: RedisLog[] = [];
  let primary: RedisServer;
  let replica: RedisServer;
  let sentinel: RedisServer;
  beforeEach(async () => {
    const settings = ["--repl-diskless-sync-delay", "0"];
    primary = await RedisServer.start(...settings);
    replica = await RedisServer.start(...settings, "--replicaof", "127.0.0.1", String(primary.port));
    sentinel = await RedisServer.startSentinel("cache", primary);
    servers.push(primary, replica, sentinel);
    for (let tries = 0; !hasReplica; tries += 1) {
      if (tries > 600) throw new Error("the Sentinel finds no replica");
      await pause(50);
      hasReplica = /num-slaves\r\n\$1\r\n1/.test(await sentinel.command("SENTINEL", "MASTER", "cache"));
    }
  });
  let hasReplica = false;
  afterEach(async () => {
    hasReplica = false;
    await Promise.all(logs.splice(0).map((log) => log.close()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  const open = () => {
    const nodes = [
      { host: "127.0.0.1", port: 1 }, // one that is away
      { host: "127.0.0.1", port: sentinel.port },
    ];
    const log = redisLog({ sentinel: { name: "cache", nodes }, timeout: 2_000 });
    logs.push(log);
    return log;
  };

  it("follows the primary to where the Sentinels say, doubles nothing, and tells readers of what is lost", async () => {
    const [writing, reading] = [open(), open()];
    await until(() => writing.status === "up" && reading.status === "up", 30_000);
    const follower = await Follower.open(reading, topic);
    const published = nothingPublished();
    let isOver = false;
    const publishing = publishWhile(() => isOver, { log: writing, topic, name: "a", published });
    await until(() => published.acknowledged.length > 20, 30_000);
    await primary.kill();
    await until(() => writing.status === "down" && reading.status === "down", 30_000);
    await until(() => writing.status === "up" && reading.status === "up", 60_000);
    const before = published.acknowledged.length;
    await until(() => published.acknowledged.length > before + 20, 30_000);
    isOver = true;
    await publishing;
    const { page } = await keepOn(() => reading.open(topic, { from: "oldest", limit: 1_000_000 }));
    const kept = page.ok ? page.entries.map((entry) => entry.data) : [];
    expect(new Set(kept).size).toBe(kept.length);
    expect(kept.slice(-20)).toEqual(published.acknowledged.slice(-20));
    await until(() => follower.cursor.mark === page.head.mark, 30_000);
    expect(follower.data.slice(follower.resets[0]?.at ?? 0)).toEqual(kept);
    expect(/role:master/.test(await replica.command("INFO", "replication"))).toBe(true);
  });

  it("says which name the Sentinels don't know", async () => {
    const nodes = [{ host: "127.0.0.1", port: sentinel.port }];
    const log = redisLog({ sentinel: { name: "other", nodes } });
    logs.push(log);
    await pause(1);
    await expect(log.append(topic, [{ type: "n", data: "1" }])).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/knows no primary "other"/),
    });
  });
});
