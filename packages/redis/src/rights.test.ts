import { type AppendOptions, LogError } from "@sluice/log";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { describeWith } from "../../../test/support/describe-with.js";
import { missingRedis7, RedisServer } from "../../../test/support/redis-server.js";
import type { RedisLog } from "./engine.js";
import { keepOn } from "./faults.test-kit.js";
import { Follower } from "./follower.test-kit.js";
import { until } from "./redis-harness.test-kit.js";
import { redisLog } from "./redis-log.js";
import { rightsInReadme } from "./rights.test-kit.js";

vi.setConfig({ testTimeout: 60_000 });

/** All but one that can be taken away alone. */
const rights = rightsInReadme.filter((rule) => /^[+&]/.test(rule));
const withoutRight = (right: string) => (right.startsWith("&") ? "resetchannels" : right.replace("+", "-"));

describeWith(missingRedis7, "a right that is missing", () => {
  let redis: RedisServer;
  let admin: ReturnType<typeof createClient>;
  const logs: RedisLog[] = [];
  const setUser = (...given: string[]) => admin.sendCommand(["ACL", "SETUSER", "sluice", ...given]);
  const open = (user = "sluice:secret@") => {
    const log = redisLog({ url: `redis://${user}127.0.0.1:${redis.port}`, retain: { events: 1_000 } });
    logs.push(log);
    return log;
  };
  beforeAll(async () => {
    redis = await RedisServer.start();
    admin = createClient({ url: redis.url });
    await admin.connect();
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
    await admin.flushAll();
  });
  afterAll(async () => {
    admin.destroy();
    await redis.stop();
  });

  it.each(rights)("is found at the start, before anything is written: %s", async (right) => {
    await setUser("reset", ...rightsInReadme, withoutRight(right));
    const log = open();
    const word = right.startsWith("&") ? "publish" : right.slice(1).replace("|", " ");
    await expect(log.append("a", [{ type: "n", data: "1" }])).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/README of @sluice\/redis/),
    });
    if (!/script|evalsha|info|ping/.test(right))
      await expect(log.append("a", [{ type: "n", data: "1" }])).rejects.toThrow(new RegExp(word, "i"));
    expect(await admin.dbSize()).toBe(0);
    await setUser(...rightsInReadme);
    await until(() => log.status === "up");
    expect(await log.append("a", [{ type: "n", data: "1" }])).toMatchObject({ cursor: { offset: 1 } });
  });

  const kinds: readonly [string, AppendOptions][] = [
    ["plain", {}],
    ["state", { stateful: true }],
    ["short", { retain: { events: 70, bytes: 1e6, age: 1e6, stateTtl: 1e6 } }],
  ];

  it.each(rights)("that is taken away later loses and doubles nothing: %s", async (right) => {
    await setUser("reset", ...rightsInReadme);
    const [log, peer] = [open(), open("")];
    const topics = kinds.map(([name, options]) => ({ topic: name, options, acknowledged: [] as string[] }));
    const followers = await Promise.all(topics.map(({ topic }) => keepOn(() => Follower.open(peer, topic))));
    const round = async (name: string, isPersistent: boolean) => {
      for (const { topic, options, acknowledged } of topics) {
        const appends = Array.from({ length: 4 }, async (_, i) => {
          const data = `${name}/${i}`;
          const append = () =>
            log.append(topic, [{ type: "n", data }], { ...options, ...(i < 3 && { idempotencyKey: data }) });
          await (isPersistent ? keepOn(append) : append()).then(
            () => acknowledged.push(data),
            (error) => expect(LogError.is(error)).toBe(true),
          );
        });
        await Promise.all(appends);
      }
    };
    await round("1", true);
    for (const name of ["2", "3"]) {
      await setUser(withoutRight(right));
      await round(name, false);
      await setUser(...rightsInReadme);
      await until(() => log.status === "up");
      await round(name, true);
    }
    for (const [i, { topic, acknowledged }] of topics.entries()) {
      const { page } = await peer.open(topic, { from: "oldest", limit: 1_000 });
      const kept = page.ok ? page.entries.map(({ data }) => data) : [];
      const keyed = kept.filter((data) => !data.endsWith("/3"));
      expect(new Set(keyed).size).toBe(keyed.length);
      expect(kept).toEqual(expect.arrayContaining(acknowledged));
      expect(keyed.length).toBe(9);
      await until(() => (followers[i] as Follower).data.length >= kept.length);
      expect((followers[i] as Follower).data).toEqual(kept);
      expect((followers[i] as Follower).resets).toEqual([]);
    }
  });
});
