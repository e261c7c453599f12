import type { Watch } from "@sluice/log";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { seeded } from "../../../../test/conformance/random.js";
import { eventually } from "../../../../test/conformance/within.js";
import { describeWith } from "../../../../test/support/describe-with.js";
import { missingRedisServer, RedisServer } from "../../../../test/support/redis-server.js";
import { TcpRelay } from "../../../../test/support/tcp-relay.js";
import type { RedisLog } from "../engine.js";
import { until } from "../redis-harness.test-kit.js";
import { redisLog } from "../redis-log.js";

vi.setConfig({ testTimeout: 120_000 });

const topics = ["one", "two"];

describeWith(missingRedisServer, "the channels of what is watched", () => {
  let redis: RedisServer;
  let relay: TcpRelay;
  let log: RedisLog;
  let other: RedisLog;
  beforeEach(async () => {
    redis = await RedisServer.start();
    relay = await TcpRelay.start(redis.port);
    log = redisLog({ url: `redis://127.0.0.1:${relay.port}` });
    other = redisLog({ url: redis.url });
  });
  afterEach(async () => {
    await Promise.all([log.close(), other.close()]);
    await relay.stop();
    await redis.stop();
  });

  const subscribed = async () => {
    const text = await redis.command("PUBSUB", "CHANNELS");
    return topics.filter((topic) => text.includes(`:${topic}:`));
  };

  it.each([
    ["while all is well", 0],
    ["while its connections are cut", 0.15],
  ])("are those that are subscribed to, however watches come and go, %s", async (_when, cuts) => {
    for (let round = 1; round <= 150; round += 1) {
      const random = seeded(round);
      const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
      const watches: { readonly topic: string; readonly watch: Watch; calls: number }[] = [];
      const done: string[] = [];
      const acts: Record<string, () => unknown> = {
        watch() {
          const topic = pick(topics);
          const watched = { topic, watch: log.watch(topic, () => onCall()), calls: 0 };
          const onCall = () => {
            watched.calls += 1;
          };
          watches.push(watched);
        },
        stop: () => watches.splice(Math.floor(random() * watches.length), 1)[0]?.watch.stop(),
        turn: () => new Promise((resolve) => setImmediate(resolve)),
        ready: () => watches.at(-1)?.watch.ready.catch(() => {}), // cut
      };
      const names = ["watch", "watch", "stop", "stop", "turn", "turn", "ready"];
      for (let count = 3 + Math.floor(random() * 8); count > 0; count -= 1) {
        if (random() < cuts) relay.cut();
        const name = pick(names);
        done.push(name);
        await acts[name]?.();
      }
      await Promise.all(watches.map(({ watch }) => watch.ready.catch(() => {})));
      await until(() => log.status === "up");
      const wanted = topics.filter((topic) => watches.some((each) => each.topic === topic));
      await eventually(async () => expect(await subscribed(), `in round ${round}, after ${done}`).toEqual(wanted));
      const before = watches.map(({ calls }) => calls);
      for (const topic of wanted) await other.append(topic, [{ type: "n", data: "1" }]);
      await until(() => watches.every(({ calls }, index) => calls > (before[index] as number)));
      for (const { watch } of watches) watch.stop();
    }
  });

  it("are subscribed to where an earlier watch was stopped before it was ready", async () => {
    await log.watch("beside", () => {}).ready;
    const follow = async (topic: string) => {
      const first = log.watch(topic, () => {});
      await new Promise((resolve) => setImmediate(resolve));
      first.stop();
      await first.ready;
      let calls = 0;
      const watch = log.watch(topic, () => {
        calls += 1;
      });
      await watch.ready;
      await new Promise((resolve) => setTimeout(resolve, 2)); // what is on its way for the first one is there
      await other.append(topic, [{ type: "n", data: "1" }]);
      await until(() => calls > 0);
      watch.stop();
    };
    for (let round = 1; round <= 300; round += 1)
      await Promise.all(Array.from({ length: 1 + (round % 4) }, (_, index) => follow(`topic ${round}.${index}`)));
  });
});
