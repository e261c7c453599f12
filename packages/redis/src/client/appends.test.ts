import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { describeWith } from "../../../../test/support/describe-with.js";
import { freePort } from "../../../../test/support/free-port.js";
import { missingRedisServer, RedisServer } from "../../../../test/support/redis-server.js";
import type { RedisLog } from "../engine.js";
import { redisLog } from "../redis-log.js";

vi.setConfig({ testTimeout: 30_000 });

const topics = Array.from({ length: 20 }, (_, i) => `topic/${i}`);
const event = (data: unknown) => ({ type: "n", data: JSON.stringify(data) });

describeWith(missingRedisServer, "the appends of one turn", () => {
  let redis: RedisServer;
  let admin: ReturnType<typeof createClient>;
  const logs: RedisLog[] = [];
  const open = (url = redis.url) => {
    const log = redisLog({ url, prefix: `appends-${logs.length}`, timeout: 30_000 }); // it looks at Redis every half of that
    logs.push(log);
    return log;
  };
  beforeAll(async () => {
    redis = await RedisServer.start();
    admin = createClient({ url: redis.url });
    await admin.connect();
  });
  afterEach(() => Promise.all(logs.map((log) => log.close())));
  afterAll(async () => {
    admin.destroy();
    await redis.stop();
  });

  const calls = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info("commandstats"))?.[1]);
  const appendToAll = (log: RedisLog, data: unknown) =>
    Promise.all(topics.map((topic) => log.append(topic, [event(data)], { idempotencyKey: `${data}` })));

  it("are one call, whatever their topics", async () => {
    const log = open();
    await appendToAll(log, 1);
    const before = await calls();
    const answers = await appendToAll(log, 2);
    expect((await calls()) - before).toBe(1);
    expect(answers.map(({ duplicate, cursor }) => [duplicate, cursor.offset])).toEqual(topics.map(() => [false, 2]));
    const repeated = await appendToAll(log, 2);
    expect(repeated.map(({ duplicate, cursor }) => [duplicate, cursor])).toEqual(
      answers.map(({ cursor }) => [true, cursor]),
    );
  });

  it("keep their order, whatever their keys are, and though the log forgets names of topics meanwhile", async () => {
    const log = open();
    const others = Array.from({ length: 9_998 }, (_, i) => `other/${i}`);
    for (let first = 0; first < others.length; first += 500) {
      await Promise.all(others.slice(first, first + 500).map((topic) => log.findAppend(topic, "none")));
    }
    const keys = ["", " ", "1", "k1", "e16k", "a b\n\0c", "é€😀", "9".repeat(300), undefined, "12 3k", "\t"];
    const options = (key: string | undefined) => (key === undefined ? {} : { idempotencyKey: key });
    const appends = keys.flatMap((key, n) => [
      log.append("a", [event(n)], options(key)),
      log.append(`new/${n}`, [event(n), event("more")], options(key)),
      log.append("a", [event(n), event("second")], { ...options(key === undefined ? key : `${key}!`), stateful: true }),
    ]);
    const answers = await Promise.all(appends);
    const ofA = answers.filter((_, i) => i % 3 !== 1).map(({ cursor }) => cursor.offset);
    expect(ofA).toEqual(keys.flatMap((_, n) => [3 * n + 1, 3 * n + 3]));
    const { page } = await log.open("a", { from: "oldest", limit: 100 });
    const data = page.ok ? page.entries.map((entry) => JSON.parse(entry.data)) : [];
    expect(data).toEqual(keys.flatMap((_, n) => [n, n, "second"]));
    const again = await Promise.all(
      keys.filter((key) => key !== undefined).map((key) => log.append("a", [event("no")], options(key))),
    );
    expect(again.map(({ duplicate, cursor }) => [duplicate, cursor.offset])).toEqual(
      keys.flatMap((key, n) => (key === undefined ? [] : [[true, 3 * n + 1]])),
    );
  });

  it("are several calls if they are many or large", async () => {
    const log = open();
    await appendToAll(log, 1);
    const before = await calls();
    await Promise.all(Array.from({ length: 300 }, (_, i) => log.append("a", [event(i)])));
    expect((await calls()) - before).toBe(3);
    await Promise.all(Array.from({ length: 4 }, () => log.append("a", [event("x".repeat(600_000))])));
    expect((await calls()) - before).toBe(5);
    const { page } = await log.open("a", { from: { last: 304 }, limit: 300 });
    expect(page.ok && page.entries.map(({ data }) => JSON.parse(data))).toEqual(
      Array.from({ length: 300 }, (_, i) => i),
    );
  });

  it("fail with their topic, and not with another one that Redis refuses", async () => {
    const log = open();
    await appendToAll(log, 1);
    const [stream] = await admin.keys(`appends-${logs.length - 1}:*:topic/7:e`);
    await admin.set(stream as string, "somebody else's");
    const answers = await Promise.allSettled(
      topics.flatMap((topic) => [log.append(topic, [event(2)]), log.append(topic, [event(3)])]),
    );
    const failed = answers.flatMap(({ status }, i) => (status === "rejected" ? [i] : []));
    expect(failed).toEqual([14, 15]);
    expect(answers[14]).toMatchObject({ reason: { code: "unknown", message: expect.stringContaining("WRONGTYPE") } });
    expect((await log.open("topic/8", { from: "oldest", limit: 9 })).page.head.offset).toBe(3);
  });

  it("are not remembered by their key if they failed", async () => {
    const log = open();
    await log.append("a", [event(1)], { idempotencyKey: "1" });
    const [stream] = await admin.keys(`appends-${logs.length - 1}:*:a:e`);
    await admin.rename(stream as string, "aside");
    await admin.set(stream as string, "somebody else's");
    const again = () => log.append("a", [event(2)], { idempotencyKey: "2" });
    await expect(again()).rejects.toMatchObject({ code: "unknown" });
    await admin.rename("aside", stream as string);
    expect(await again()).toMatchObject({ duplicate: false, cursor: { offset: 2 } });
  });

  it("are a call for each topic where Redis stands for a cluster", async () => {
    const cluster = await RedisServer.start("--cluster-enabled", "yes", "--cluster-port", `${await freePort()}`);
    try {
      for (let from = 0; from < 16_384; from += 4_096) {
        await cluster.command("CLUSTER", "ADDSLOTS", ...Array.from({ length: 4_096 }, (_, i) => String(from + i)));
      }
      await vi.waitUntil(async () => /cluster_state:ok/.test(await cluster.command("CLUSTER", "INFO")), 10_000);
      const answers = await appendToAll(open(cluster.url), 1);
      expect(answers.map(({ cursor }) => cursor.offset)).toEqual(topics.map(() => 1));
    } finally {
      await cluster.stop();
    }
  });
});
