import { describeLog, type LogSetup } from "@sluice/log/conformance";
import { createCluster } from "redis";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { describeWith } from "../../../test/support/describe-with.js";
import { missingRedis7, type RedisServer } from "../../../test/support/redis-server.js";
import { startCluster } from "./cluster.test-kit.js";
import { isLong, keepOn } from "./faults.test-kit.js";
import { Follower } from "./follower.test-kit.js";
import { until } from "./redis-harness.test-kit.js";
import { redisLog } from "./redis-log.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describeWith(missingRedis7, "redisLog, on a cluster of three,", () => {
  let servers: RedisServer[] = [];
  let prefixes = 0;
  beforeAll(async () => {
    servers = await startCluster();
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  const open = (options = {}, prefix = `cluster-${prefixes++}`) => {
    const rootNodes = servers.map(({ url }) => ({ url }));
    return redisLog({ ...options, client: createCluster({ rootNodes }), prefix });
  };

  if (isLong) {
    const setup: LogSetup = async ({ name: _, ...options }) => {
      const prefix = `cluster-${prefixes++}`;
      const [log, peer] = [open(options, prefix), open(options, prefix)];
      return {
        log,
        peer,
        async close() {
          await Promise.all([log.close(), peer.close()]);
        },
      };
    };
    describeLog("keeps what needs no clock", setup, { without: ["advance", "failover", "outage"] });
  }

  it("spreads topics over the servers, and goes on after one was away", async () => {
    const log = open();
    const topics = Array.from({ length: 60 }, (_, i) => `topic/${i}`);
    const followers = await Promise.all(topics.map((topic) => Follower.open(log, topic)));
    await Promise.all(topics.map((topic) => log.append(topic, [{ type: "n", data: "1" }])));
    await until(() => followers.every(({ seen }) => seen.length === 1));
    const sizes = await Promise.all(servers.map((server) => server.command("DBSIZE")));
    for (const size of sizes) expect(Number(size.slice(1))).toBeGreaterThan(0);
    servers[1]?.signal("SIGSTOP");
    await until(() => log.status === "down", 30_000);
    servers[1]?.signal("SIGCONT");
    await until(() => log.status === "up", 30_000);
    await Promise.all(topics.map((topic) => keepOn(() => log.append(topic, [{ type: "n", data: "2" }]))));
    await until(() => followers.every(({ seen }) => seen.length === 2), 30_000);
    await log.close();
  });
});
