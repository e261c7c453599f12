import { createClient } from "redis";
import { expect, it, onTestFinished } from "vitest";
import { describeWith } from "../../../../test/support/describe-with.js";
import { missingRedisServer, RedisServer } from "../../../../test/support/redis-server.js";
import { redisLog } from "../redis-log.js";

describeWith(missingRedisServer, "the idempotency keys of a topic", () => {
  it("become a table when they are many: a list would be gone through for each further one", async () => {
    const redis = await RedisServer.start();
    const admin = await createClient({ url: redis.url }).connect();
    const log = redisLog({ url: redis.url, dedupe: { keys: 100 } });
    onTestFinished(async () => {
      await log.close();
      admin.destroy();
      await redis.stop();
    });
    const append = (key: string) => log.append("a", [{ type: "n", data: "1" }], { idempotencyKey: key });
    const encodings = async () => {
      const hashes = await admin.keys("*:a:[kl]");
      return Promise.all(hashes.map((hash) => admin.objectEncoding(hash)));
    };
    for (let i = 0; i < 12; i += 1) await append(`first/${i}`);
    expect(await encodings()).not.toContain("hashtable");
    for (let i = 0; i < 50; i += 1) await append(`second/${i}`);
    expect(await encodings()).toEqual(["hashtable"]);
    for (let i = 0; i < 80; i += 1) await append(`third/${i}`);
    expect(await encodings()).toEqual(["hashtable", "hashtable"]);
    const again = await Promise.all(Array.from({ length: 50 }, (_, i) => append(`second/${i}`)));
    expect(again.every(({ duplicate }) => duplicate)).toBe(true);
  });
});
