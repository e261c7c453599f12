import type { Cursor } from "@sluice/log";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { describeWith } from "../../../test/support/describe-with.js";
import { missingRedisServer, RedisServer } from "../../../test/support/redis-server.js";
import { TcpRelay } from "../../../test/support/tcp-relay.js";
import { below, isLong, keepOn, pause } from "./faults.test-kit.js";
import { Follower } from "./follower.test-kit.js";
import { until } from "./redis-harness.test-kit.js";
import { redisLog } from "./redis-log.js";

vi.setConfig({ testTimeout: isLong ? 1_200_000 : 120_000, hookTimeout: 60_000 });

/** Two values only: what grows after a failover often has equal entries at the places of lost ones. */
const few = () => [{ type: "n", data: String(below(2)) }];

describeWith(missingRedisServer, "redisLog, after a failover to a replica that lacked the tail,", () => {
  let servers: RedisServer[];
  let relay: TcpRelay;
  beforeAll(async () => {
    const settings = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];
    servers = [await RedisServer.start(...settings), await RedisServer.start(...settings)];
    relay = await TcpRelay.start(servers[0]?.port as number);
  });
  afterAll(async () => {
    await relay.stop();
    await Promise.all(servers.map((server) => server.stop()));
  });

  const trials = isLong ? 120 : 8;
  it(`refuses each lost cursor, tells each live reader, and keeps the rest: ${trials} trials`, async () => {
    let detected = 0;
    for (let trial = 0; trial < trials; trial += 1) detected += await fail(trial);
    expect(detected).toBeGreaterThan(trials / 2); // otherwise the trials would show nothing
  });

  /** Returns the number of lost cursors that were found out. */
  async function fail(trial: number): Promise<number> {
    const [primary, replica] = servers as [RedisServer, RedisServer];
    await replica.command("REPLICAOF", "127.0.0.1", String(primary.port));
    await eventually(async () => /state=online/.test(await primary.command("INFO", "replication")));
    const url = `redis://127.0.0.1:${relay.port}`;
    const [writing, reading] = [redisLog({ url, timeout: 2_000 }), redisLog({ url, timeout: 2_000 })];
    const topic = `failover/${trial}`;
    try {
      const follower = await Follower.open(reading, topic);
      for (let i = 3 + below(18); i > 0; i -= 1) await writing.append(topic, few());
      const { head } = (await writing.open(topic, { from: { last: 0 }, limit: 0 })).page;
      await eventually(async () => (await offsetOf(replica)) >= (await offsetOf(primary)));
      await replica.command("REPLICAOF", "NO", "ONE"); // what is written from now on, it lacks
      for (let i = 1 + below(8); i > 0; i -= 1) await writing.append(topic, few());
      const tail = (await writing.open(topic, { from: head, limit: 100 })).page;
      const lost = tail.ok ? tail.entries : [];
      await until(() => follower.cursor.offset === head.offset + lost.length);
      const before = follower.seen.map(({ type, data }) => type + data);

      const inFlight = Array.from({ length: 5 }, (_, i) => `${trial}/${i}`).map((data) =>
        keepOn(() => writing.append(topic, [{ type: "k", data }], { idempotencyKey: data })),
      );
      if (below(2)) await pause(1);
      relay.target = replica.port;
      relay.cut();
      await Promise.all(inFlight);
      for (let i = below(16); i > 0; i -= 1) {
        const idempotencyKey = `${trial}/more/${i}`;
        const event = few();
        await keepOn(() => writing.append(topic, event, { idempotencyKey }));
      }
      await until(() => writing.status === "up" && reading.status === "up");

      const all = await keepOn(() => writing.open(topic, { from: "oldest", limit: 1_000 }));
      const kept = all.page.ok ? all.page.entries : [];
      const texts = kept.map(({ type, data }) => type + data);
      // Those that the old primary answered just before the cut are lost, too.
      for (let i = 0; i < 5; i += 1) expect(texts.filter((text) => text === `k${trial}/${i}`).length).toBeLessThan(2);
      const isGap = async (from: Cursor) => !(await writing.open(topic, { from, limit: 5 })).page.ok;
      let detected = 0;
      for (const { cursor } of lost) {
        const isSame = before.slice(0, cursor.offset).every((text, i) => text === texts[i]);
        expect(await isGap(cursor)).toBe(!isSame);
        if (!isSame) detected += 1;
      }
      for (const { cursor } of follower.seen.slice(0, head.offset)) expect(await isGap(cursor)).toBe(false);

      // The live reader is where the log ends, and has all of it. It was told only if it had something of the lost tail.
      const end = kept.at(-1)?.cursor;
      await until(() => follower.cursor.offset === end?.offset && follower.cursor.mark === end.mark);
      const [reset, ...more] = follower.resets;
      expect(more).toEqual([]);
      const textsSeen = follower.seen.map(({ type, data }) => type + data);
      expect(textsSeen.slice(reset?.at ?? 0)).toEqual(texts);
      if (reset) expect(reset.at).toBeGreaterThan(head.offset);
      follower.stop();
      return detected;
    } finally {
      await Promise.all([writing.close(), reading.close()]);
      servers.reverse();
    }
  }
});

const offsetOf = async (server: RedisServer): Promise<number> =>
  Number(/(?:master|slave)_repl_offset:(\d+)/.exec(await server.command("INFO", "replication"))?.[1]);

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error("waited for 10 s in vain");
    await pause(5);
  }
}
