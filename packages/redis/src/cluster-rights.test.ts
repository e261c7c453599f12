import { createCluster } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { describeWith } from "../../../test/support/describe-with.js";
import { missingRedis7, type RedisServer } from "../../../test/support/redis-server.js";
import { startCluster } from "./cluster.test-kit.js";
import type { RedisLog } from "./engine.js";
import { keepOn } from "./faults.test-kit.js";
import { Follower } from "./follower.test-kit.js";
import { until } from "./redis-harness.test-kit.js";
import { redisLog } from "./redis-log.js";
import { clusterRightsInReadme, rightsInReadme } from "./rights.test-kit.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const topics = Array.from({ length: 12 }, (_, i) => `topic/${i}`);
const event = { type: "n", data: "1" };

describeWith(missingRedis7, "a user of a cluster with no other rights than those in the README", () => {
  let servers: RedisServer[] = [];
  const logs: RedisLog[] = [];
  const setUser = (...rules: string[]) =>
    Promise.all(servers.map((server) => server.command("ACL", "SETUSER", "sluice", ...rules)));
  const open = () => {
    const rootNodes = servers.map(({ url }) => ({ url }));
    const log = redisLog({
      client: createCluster({ rootNodes, defaults: { username: "sluice", password: "secret" } }),
      timeout: 1_000,
      retain: { events: 70 },
      dedupe: { keys: 10 },
    });
    logs.push(log);
    return log;
  };
  beforeAll(async () => {
    servers = await startCluster();
  });
  beforeEach(async () => {
    const answers = await setUser("reset", ...rightsInReadme, ...clusterRightsInReadme);
    expect(answers).toEqual(["+OK\r\n", "+OK\r\n", "+OK\r\n"]);
  });
  afterEach(() => Promise.all(logs.splice(0).map((log) => log.close())));
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it("can do all that a log does", async () => {
    const [log, peer] = [open(), open()];
    const followers = await Promise.all(topics.map((topic) => keepOn(() => Follower.open(peer, topic))));
    await Promise.all(
      topics.map(async (topic) => {
        for (let i = 0; i < 150; i += 1) await log.append(topic, [event], { idempotencyKey: String(i) });
        const { cursor } = await log.append(topic, [event], { record: "r" });
        expect(await log.findAppend(topic, "149")).toMatchObject({ offset: 150 });
        expect(await log.saveSnapshot(topic, cursor, "{}")).toBe(true);
        const lease = await log.acquire(topic, { ttl: 60_000 });
        if (!lease) expect.fail();
        expect(await log.renew(lease)).toBe(true);
        await log.release(lease);
        await log.trim(topic, cursor);
      }),
    );
    await until(() => followers.every(({ seen }) => seen.length === 151), 30_000);
    await Promise.all(topics.map((topic) => log.free(topic)));
    for (const { stop } of followers) stop();
    expect(log.status).toBe("up");
  });

  const needed = [...rightsInReadme, ...clusterRightsInReadme];
  it.each(["+spublish", "+ssubscribe", "+cluster|slots", "+evalsha", "+xadd"])("needs %s", async (right) => {
    expect(needed).toContain(right);
    await setUser(right.replace("+", "-"));
    const log = open();
    await expect(log.append("a", [event])).rejects.toMatchObject({ code: "unavailable" });
    expect(log.status).toBe("down");
    await setUser(right);
    await until(() => log.status === "up", 30_000);
    expect(await log.append("a", [event])).toMatchObject({ ok: true });
  });
});
