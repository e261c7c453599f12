import { describeLog } from "@sluice/log/conformance";
import { afterAll, beforeAll, vi } from "vitest";
import { describeWith } from "../../../test/support/describe-with.js";
import { anyRedis, missingRedis } from "../../../test/support/redis-server.js";
import { openRedisHarness } from "./redis-harness.test-kit.js";

vi.setConfig({ testTimeout: 60_000 });

describeWith(missingRedis, "redisLog", () => {
  let redis: Awaited<ReturnType<typeof anyRedis>>;
  beforeAll(async () => {
    redis = await anyRedis();
  });
  afterAll(() => redis.stop());

  // Cases have margins of 300 ms.
  describeLog("of two connections, by Redis's own clock", (options) =>
    openRedisHarness({ url: redis.url, clock: "real" }, options),
  );
});
