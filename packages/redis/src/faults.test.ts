import type { LogError } from "@sluice/log";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { eventually } from "../../../test/conformance/within.js";
import { describeWith } from "../../../test/support/describe-with.js";
import { missingRedisServer, RedisServer } from "../../../test/support/redis-server.js";
import { TcpRelay } from "../../../test/support/tcp-relay.js";
import type { RedisLog } from "./engine.js";
import { below, isLong, keepOn, nothingPublished, pause, publishWhile } from "./faults.test-kit.js";
import { Follower } from "./follower.test-kit.js";
import { until } from "./redis-harness.test-kit.js";
import { redisLog } from "./redis-log.js";

vi.setConfig({ testTimeout: isLong ? 600_000 : 60_000 });

const topic = "scores/watch";
const timeout = 1_000;

describeWith(missingRedisServer, "redisLog", () => {
  let redis: RedisServer;
  let relay: TcpRelay;
  const logs: RedisLog[] = [];
  const open = ({ port = relay.port, ...options }: { port?: number; timeout?: number } = {}) => {
    const log = redisLog({ url: `redis://127.0.0.1:${port}`, ...options });
    logs.push(log);
    return log;
  };

  beforeEach(async () => {
    redis = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    relay = await TcpRelay.start(redis.port);
  });
  afterEach(async () => {
    redis.signal("SIGCONT");
    await Promise.all(logs.splice(0).map((log) => log.close()));
    await relay.stop();
    await redis.stop();
  });

  /** Runs two publishers and a reader through faults, and compares what they know in the end. */
  async function survive(fault: (more: (count: number) => Promise<void>) => Promise<void>, rounds: number) {
    const [one, other, reading] = [open({ timeout }), open({ timeout }), open({ timeout })];
    const follower = await keepOn(() => Follower.open(reading, topic));
    let isOver = false;
    const published = [nothingPublished(), nothingPublished()] as const;
    const publishing = Promise.all([
      publishWhile(() => isOver, { log: one, topic, name: "a", published: published[0] }),
      publishWhile(() => isOver, { log: other, topic, name: "b", published: published[1] }),
    ]);
    const count = () => published[0].acknowledged.length + published[1].acknowledged.length;
    const more = (wanted: number) => {
      const before = count();
      return until(() => count() >= before + wanted, 30_000);
    };
    for (let round = 0; round < rounds; round += 1) await fault(more);
    isOver = true;
    await publishing;
    const acknowledged = published.flatMap((each) => each.acknowledged);
    const { page } = await keepOn(() => reading.open(topic, { from: "oldest", limit: 1_000_000 }));
    const kept = page.ok ? page.entries.map((entry) => entry.data) : [];
    expect(acknowledged.length).toBeGreaterThan(10);
    expect([...kept].sort()).toEqual([...acknowledged].sort()); // none lost, none doubled
    await until(() => follower.seen.length >= kept.length);
    expect(follower.data).toEqual(kept);
    expect(follower.resets).toEqual([]);
    expect(Math.max(...published.map((each) => each.slowest))).toBeLessThan(timeout * 15); // the machine may be busy
    return published;
  }

  it("loses and doubles nothing while its connections are cut at random", async () => {
    await survive(
      async (more) => {
        await more(below(10));
        await pause(below(5));
        relay.cut();
      },
      isLong ? 500 : 25,
    );
  });

  it("loses and doubles nothing while Redis is killed and started again", async () => {
    const published = await survive(
      async (more) => {
        await more(20);
        await redis.kill();
        await pause(below(100));
        await redis.run();
      },
      isLong ? 40 : 3,
    );
    expect(published.every((each) => each.failures.unavailable > 0)).toBe(true);
  });

  it("fails in time while Redis hangs, sends nothing twice, and goes on when it answers again", async () => {
    const published = await survive(
      async (more) => {
        await more(20);
        redis.signal("SIGSTOP");
        await pause(timeout * 2);
        redis.signal("SIGCONT");
        await more(20);
      },
      isLong ? 20 : 2,
    );
    for (const { failures } of published) expect(Math.min(failures.unavailable, failures.unknown)).toBeGreaterThan(0);
  });

  it("has appended nothing where it says unavailable, and what it doesn't know at most once", async () => {
    const [log, reading] = [open({ timeout }), open({ port: redis.port })];
    await keepOn(() => log.open(topic, { from: "oldest", limit: 1 }));
    const told = new Map<string, string>();
    const ask = async (data: string) => {
      const answer = log.append(topic, [{ type: "n", data }]); // without a key, and once
      told.set(
        data,
        await answer.then(
          () => "acknowledged",
          (error: LogError) => error.code,
        ),
      );
    };
    const asking: Promise<void>[] = [];
    for (let round = 0; round < (isLong ? 200 : 15); round += 1) {
      for (let i = 0; i < 30; i += 1) {
        asking.push(ask(`${round}/${i}`));
        if (i % 5 === 0) await pause(0);
        if (i === 15) relay.cut();
      }
      await until(() => log.status === "up");
    }
    redis.signal("SIGSTOP");
    for (let i = 0; i < 30; i += 1) asking.push(ask(`stopped/${i}`));
    await pause(timeout * 1.5);
    for (let i = 0; i < 30; i += 1) asking.push(ask(`down/${i}`));
    redis.signal("SIGCONT");
    await Promise.all(asking);
    await until(() => log.status === "up");
    const { page } = await keepOn(() => reading.open(topic, { from: "oldest", limit: 1_000_000 }));
    const kept = page.ok ? page.entries.map((entry) => entry.data) : [];
    expect(new Set(kept).size).toBe(kept.length);
    const ofKind = (kind: string) => [...told].filter(([, each]) => each === kind).map(([data]) => data);
    expect(kept).toEqual(expect.arrayContaining(ofKind("acknowledged")));
    expect(kept.filter((data) => told.get(data) === "unavailable")).toEqual([]);
    for (const kind of ["acknowledged", "unavailable", "unknown"]) expect(ofKind(kind).length).toBeGreaterThan(0);
  });

  it("appends in the order of the calls when a server has forgotten its scripts", async () => {
    const [log, admin] = [open(), open({ port: redis.port })];
    await admin.open(topic, { from: "oldest", limit: 1 });
    const appends: Promise<unknown>[] = [];
    for (let n = 0; n < 300; n += 1) {
      const append = log.append(topic, [{ type: "n", data: String(n) }]);
      append.catch(() => {}); // it is told below
      appends.push(append);
      if (n % 60 === 30) appends.push(redis.command("SCRIPT", "FLUSH"));
      if (n % 10 === 0) await pause(1);
    }
    await Promise.all(appends);
    const { page } = await log.open(topic, { from: "oldest", limit: 1_000 });
    expect(page.ok && page.entries.map((entry) => Number(entry.data))).toEqual(
      Array.from({ length: 300 }, (_, n) => n),
    );
  });

  it("says when Redis goes and comes back", async () => {
    const log = open({ timeout: timeout * 30 });
    const told: string[] = [];
    log.onStatus((status) => told.push(status));
    expect(log.status).toBe("down");
    await until(() => log.status === "up");
    relay.goAway();
    await until(() => log.status === "down");
    const start = performance.now();
    await expect(log.append(topic, [{ type: "n", data: "1" }])).rejects.toMatchObject({ code: "unavailable" });
    expect(performance.now() - start, "without waiting for an answer").toBeLessThan(timeout * 15);
    relay.isAway = false;
    await until(() => log.status === "up");
    expect(told).toEqual(["up", "down", "up"]);
    expect((await log.open(topic, { from: "oldest", limit: 1 })).page.head.offset).toBe(0);
  });

  /** Begins to watch while Redis is away, and is told when it is back, and of what is appended then. */
  async function watchUntilItIsBack(log: RedisLog, other: RedisLog): Promise<void> {
    let calls = 0;
    const watch = log.watch(topic, () => {
      calls += 1;
    });
    await expect(watch.ready).rejects.toMatchObject({ code: "unavailable" });
    relay.isAway = false;
    await until(() => calls > 0);
    await log.open(topic, { from: "oldest", limit: 1 }); // what was on its way has arrived
    for (let count = 1; count <= 3; count += 1) {
      const before = calls;
      await other.append(topic, [{ type: "n", data: `${count}` }]);
      await until(() => calls > before);
    }
    watch.stop();
  }

  it("goes on with watches that were begun while Redis was away", async () => {
    const [log, other] = [open(), open({ port: redis.port })];
    await until(() => log.status === "up");
    relay.goAway();
    await until(() => log.status === "down");
    await watchUntilItIsBack(log, other);
  });

  it("goes on with a watch that was begun after another one whose end got lost", async () => {
    const [log, other] = [open(), open({ port: redis.port })];
    const first = log.watch(topic, () => {});
    await first.ready;
    redis.signal("SIGSTOP");
    first.stop();
    await pause(20); // it is on its way
    relay.goAway();
    redis.signal("SIGCONT");
    await until(() => log.status === "down");
    await pause(50); // it knows that of both connections
    await watchUntilItIsBack(log, other);
  });

  it("is told no more of what nobody has watched since Redis was away", async () => {
    const log = open();
    const watches = ["kept", "left"].map((name) => log.watch(name, () => {}));
    await Promise.all(watches.map(({ ready }) => ready));
    relay.goAway();
    await until(() => log.status === "down");
    await pause(50); // it knows that of both connections
    watches[1]?.stop();
    relay.isAway = false;
    await until(() => log.status === "up");
    await eventually(async () => {
      const channels = await redis.command("PUBSUB", "CHANNELS");
      expect([channels.includes("kept"), channels.includes("left")]).toEqual([true, false]);
    });
    watches[0]?.stop();
  });

  it("waits for Redis at the start no longer than for an answer", async () => {
    relay.goAway();
    const log = open();
    await expect(log.append(topic, [{ type: "n", data: "1" }])).rejects.toMatchObject({ code: "unavailable" });
    relay.isAway = false;
    await until(() => log.status === "up");
    redis.signal("SIGSTOP");
    const late = open({ timeout });
    const start = performance.now();
    await expect(late.append(topic, [{ type: "n", data: "1" }])).rejects.toMatchObject({ code: "unavailable" });
    expect(performance.now() - start).toBeLessThan(timeout * 15);
  });
});
