import { createClient } from "redis";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { describeWith } from "../../../test/support/describe-with.js";
import { missingRedisServer, RedisServer } from "../../../test/support/redis-server.js";
import type { RedisLog } from "./engine.js";
import type { RedisLogOptions } from "./options.js";
import { until } from "./redis-harness.test-kit.js";
import { redisLog } from "./redis-log.js";

vi.setConfig({ testTimeout: 30_000 });

const event = { type: "n", data: JSON.stringify("x".repeat(100)) };

describeWith(missingRedisServer, "redisLog", () => {
  let redis: RedisServer;
  let admin: ReturnType<typeof createClient>;
  const logs: RedisLog[] = [];
  const open = (options: Partial<RedisLogOptions> = {}) => {
    const log = redisLog({ url: redis.url, ...options });
    logs.push(log);
    return log;
  };
  beforeEach(async () => {
    redis = await RedisServer.start();
    admin = createClient({ url: redis.url });
    await admin.connect();
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
    admin.destroy();
    await redis.stop();
  });

  it("leaves nothing in Redis of topics that nobody uses, and keeps what is watched", async () => {
    // Longer than the calls below take.
    const log = open({ idle: 3_000, retain: { age: 3_000 }, dedupe: { age: 3_000 } });
    const watch = log.watch("watched", () => {});
    await watch.ready;
    const { epoch } = (await log.append("watched", [event])).cursor;
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        await log.append(`topic/${i}`, [event], { idempotencyKey: "k" });
        await log.open(`unwritten/${i}`, { from: "oldest", limit: 1 });
        await log.acquire(`leased/${i}`, { ttl: 10 });
      }),
    );
    expect(await admin.dbSize()).toBeGreaterThan(250);
    await eventually(async () => (await admin.keys("*")).every((key) => key.includes(":watched:")));
    expect((await log.open("watched", { from: "oldest", limit: 1 })).page.head.epoch).toBe(epoch);
    watch.stop();
    await eventually(async () => (await admin.dbSize()) === 0);
  });

  it("keeps as many entries and keys of a topic as it is told to", async () => {
    const log = open({ retain: { events: 100 }, dedupe: { keys: 100 } });
    const sizes = [];
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(
        Array.from({ length: 500 }, (_, i) => log.append("a", [event], { idempotencyKey: `${round}/${i}` })),
      );
      let size = 0;
      for (const key of await admin.keys("*")) size += (await admin.memoryUsage(key)) ?? 0;
      sizes.push(size);
    }
    expect(Math.max(...sizes.slice(1))).toBeLessThan((sizes[0] as number) * 1.5);
    const [stream] = await admin.keys("*:a:e");
    expect(await admin.xLen(stream as string)).toBeLessThan(100 + 2 + 64); // one before the oldest, and what is trimmed together
  });

  it.each([
    ["without a snapshot", {}],
    ["with one", { stateful: true }],
    ["with a record", { record: "r" }],
    ["with a time to live", { stateful: true, ttl: 600_000 }],
  ])("forgets the keys of a topic %s that stays, though no other key comes", async (_, options) => {
    const log = open({ dedupe: { age: 250, keys: 2 } });
    for (const idempotencyKey of ["1", "2", "3"]) await log.append("a", [event], { ...options, idempotencyKey });
    expect((await admin.keys("*:a:[kl]")).length).toBe(2);
    expect(await log.append("a", [event], { ...options, idempotencyKey: "3" })).toMatchObject({ duplicate: true });
    await eventually(async () => (await admin.keys("*:a:[kl]")).length === 0);
    expect(await log.append("a", [event], { ...options, idempotencyKey: "3" })).toMatchObject({ duplicate: false });
    await eventually(async () => (await admin.keys("*:a:[kl]")).length === 0);
    expect((await log.open("a", { from: { last: 0 }, limit: 0 })).page.head.offset).toBe(4);
  });

  it("is subscribed once to what any number of watchers watch, until the last one stops", async () => {
    const log = open();
    const watches = Array.from({ length: 20 }, (_, i) => log.watch(`topic/${i % 10}`, () => {}));
    await Promise.all(watches.map(({ ready }) => ready));
    expect((await admin.pubSubChannels()).length).toBe(10);
    for (const watch of watches.splice(0, 10)) watch.stop();
    const again = log.watch("topic/3", () => {});
    await again.ready;
    expect((await admin.pubSubChannels()).length).toBe(10);
    for (const watch of [...watches, again]) watch.stop();
    await eventually(async () => (await admin.pubSubChannels()).length === 0);
    const clients = (await admin.sendCommand<string>(["CLIENT", "LIST"])).trim().split("\n");
    expect(clients.length).toBe(3); // one for commands, one for subscriptions, and the test's
  });

  it("asks for nothing that goes through all keys, or through all of one", async () => {
    await admin.sendCommand(["CONFIG", "RESETSTAT"]);
    const log = open();
    await log.append("a", [event, event]);
    await log.open("a", { from: "oldest", limit: 10 });
    await log.free("a");
    const commands = [...(await admin.info("commandstats")).matchAll(/cmdstat_([^:]+):/g)].map(([, name]) => name);
    expect(commands).toContain("evalsha");
    for (const bad of ["keys", "scan", "hgetall", "lrange", "smembers"]) expect(commands).not.toContain(bad);
  });

  it("opens in one round trip", async () => {
    const log = open({ timeout: 30_000 }); // it looks at Redis every half of that
    await log.append("a", [event, event], { stateful: true, record: "r" });
    const evals = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info("commandstats"))?.[1]);
    const before = await evals();
    await log.open("a", { from: "snapshot", limit: 10, snapshotOnGap: true });
    expect((await evals()) - before).toBe(1);
  });

  it.each([
    [
      "evicts keys",
      ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"],
      /maxmemory-policy is allkeys-lru.*noeviction/,
    ],
    ["is a replica", ["REPLICAOF", "127.0.0.1", "1"], /is a replica/],
  ])("refuses a server that %s, until it doesn't", async (_, command, expected) => {
    await admin.sendCommand(command);
    const log = open();
    const append = () => log.append("a", [event]);
    await expect(append()).rejects.toMatchObject({ code: "unavailable", message: expect.stringMatching(expected) });
    await admin.sendCommand(["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    await admin.sendCommand(["REPLICAOF", "NO", "ONE"]);
    await until(() => log.status === "up");
    expect(await append()).toMatchObject({ cursor: { offset: 1 } });
  });

  it("finds out that its server has begun to evict keys, and when it has stopped, though nobody calls", async () => {
    const log = open({ timeout: 300 });
    await log.append("a", [event]);
    await admin.sendCommand(["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    await until(() => log.status === "down");
    await expect(log.append("a", [event])).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/maxmemory-policy is allkeys-lru/),
    });
    await admin.sendCommand(["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    await until(() => log.status === "up");
    expect((await log.append("a", [event])).cursor.offset).toBe(2);
  });

  it("finds out that its server has become a replica, and that nothing happened", async () => {
    const log = open();
    await log.append("a", [event]);
    await admin.sendCommand(["REPLICAOF", "127.0.0.1", "1"]);
    await expect(log.append("a", [event])).rejects.toMatchObject({ code: "unavailable" });
    await until(() => log.status === "down");
    await admin.sendCommand(["REPLICAOF", "NO", "ONE"]);
    await until(() => log.status === "up");
    expect((await log.append("a", [event])).cursor.offset).toBe(2);
  });

  it("says that nothing happened when Redis has no memory left", async () => {
    const log = open();
    await log.append("a", [event]);
    await admin.sendCommand(["CONFIG", "SET", "maxmemory", "1"]);
    const refused = log.append("a", [event], { idempotencyKey: "k" });
    await expect(refused).rejects.toMatchObject({ code: "unavailable", message: expect.stringMatching(/OOM/) });
    await admin.sendCommand(["CONFIG", "SET", "maxmemory", "0"]);
    expect(await log.append("a", [event], { idempotencyKey: "k" })).toMatchObject({
      duplicate: false,
      cursor: { offset: 2 },
    });
  });

  it.each([
    ["a new topic", "new", {}],
    ["a new topic, with a key", "new", { idempotencyKey: "k" }],
    ["a new topic with a snapshot", "new", { stateful: true, idempotencyKey: "k" }],
    ["a topic whose keys begin another hash", "a", { idempotencyKey: "k" }],
  ])("refuses an append to %s when Redis has no memory left", async (_, topic, options) => {
    const log = open({ dedupe: { keys: 1 } });
    for (const idempotencyKey of ["1", "2"]) await log.append("a", [event], { idempotencyKey });
    await admin.sendCommand(["CONFIG", "SET", "maxmemory", "1"]);
    const before = await admin.dbSize();
    const appends = await Promise.allSettled([
      log.append(topic, [event], options),
      log.append("a", [event], { idempotencyKey: "3" }), // in the same call of the script
      log.append("other", [event], options),
    ]);
    const refused = { status: "rejected", reason: { code: "unavailable", message: expect.stringMatching(/OOM/) } };
    expect(appends).toMatchObject([refused, refused, refused]);
    expect(await admin.dbSize()).toBe(before);
    await admin.sendCommand(["CONFIG", "SET", "maxmemory", "0"]);
    expect(await log.append(topic, [event], options)).toMatchObject({ duplicate: false });
  });

  it("refuses an append by a key to a topic in use, and all others of its call, but no read when Redis has no memory left", async () => {
    const log = open();
    const topics = ["a", "b", "c"];
    const append = (idempotencyKey: string) =>
      Promise.allSettled(topics.map((topic) => log.append(topic, [event], { idempotencyKey })));
    await append("1");
    await admin.sendCommand(["CONFIG", "SET", "maxmemory", "1"]);
    expect((await append("2")).map(({ status }) => status)).toEqual(topics.map(() => "rejected"));
    for (const topic of ["a", "unwritten"]) {
      expect((await log.open(topic, { from: "oldest", limit: 1 })).page.ok).toBe(true);
    }
  });

  it("tells all who watch that Redis was emptied, though nothing is published", async () => {
    const log = open({ timeout: 300 });
    const topics = ["a", "b", "c"];
    for (const topic of topics) await log.append(topic, [event]);
    const told = new Set<string>();
    const watches = topics.map((topic) => log.watch(topic, () => told.add(topic)));
    await Promise.all(watches.map(({ ready }) => ready));
    await log.open("a", { from: "oldest", limit: 1 }); // by then, Redis has been told what is watched
    told.clear();
    await admin.flushAll();
    await until(() => told.size === topics.length);
  });

  it("shares its store with logs of its own prefix only", async () => {
    const [one, other] = [open({ prefix: "one" }), open({ prefix: "other" })];
    await one.append("a", [event]);
    expect((await other.open("a", { from: "oldest", limit: 1 })).page.head.offset).toBe(0);
    expect((await open({ prefix: "one" }).open("a", { from: "oldest", limit: 1 })).page.head.offset).toBe(1);
  });

  it("takes a client's options, and leaves the client alone", async () => {
    const client = createClient({ url: redis.url, database: 3, disableOfflineQueue: false, RESP: 2 });
    const log = redisLog({ client });
    logs.push(log);
    await log.append("a", [event]);
    expect(client.isOpen).toBe(false);
    expect(await admin.dbSize()).toBe(0);
    await admin.select(3);
    expect(await admin.dbSize()).toBe(2);
  });
});

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error("waited for 10 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
