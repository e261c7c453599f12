import { describeLog } from "@sluice/log/conformance";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { describeWith } from "../../../test/support/describe-with.js";
import { LogProcess } from "../../../test/support/log-in-child.js";
import { anyRedis, missingRedis } from "../../../test/support/redis-server.js";
import type { TestLogOptions } from "./open-test-log.test-kit.js";
import { openRedisHarness } from "./redis-harness.test-kit.js";
import { redisLog } from "./redis-log.js";
import { rightsInReadme } from "./rights.test-kit.js";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 }); // the random cases make thousands of round trips

const opener = new URL("open-test-log.test-kit.ts", import.meta.url);

describeWith(missingRedis, "redisLog", () => {
  let redis: Awaited<ReturnType<typeof anyRedis>>;
  let admin: ReturnType<typeof createClient>;
  let child: LogProcess;
  beforeAll(async () => {
    child = new LogProcess();
    redis = await anyRedis();
    admin = createClient({ url: redis.url });
    await admin.connect();
    await admin.sendCommand(["ACL", "SETUSER", "sluice", ...rightsInReadme]);
    await admin.sendCommand([
      "ACL",
      "SETUSER",
      "poor",
      "on",
      ">secret",
      "~sluice:*",
      "resetchannels",
      "&sluice:*",
      "+@all",
      "-evalsha",
    ]);
  });
  afterAll(async () => {
    await admin.sendCommand(["ACL", "DELUSER", "sluice", "poor"]);
    admin.destroy();
    await Promise.all([redis.stop(), child.kill()]);
  });

  function urlFor(user: string, password: string): string {
    const url = new URL(redis.url);
    return Object.assign(url, { username: user, password }).href;
  }

  /** Two connections of this process are tested by `real-time.long.test.ts`. */
  async function openPeer(given: TestLogOptions) {
    const { log, advance } = await child.open(opener, given);
    return { log, touch: () => advance(0) };
  }

  describeLog("with a peer in another process, both with no other rights than those in the README", (options) =>
    openRedisHarness({ url: urlFor("sluice", "secret"), adminUrl: redis.url, openPeer }, options),
  );

  it.each([
    ["a wrong password", "sluice", "a-guess", /WRONGPASS/],
    ["a right that is missing, and where to find them all", "poor", "secret", /README of @sluice\/redis.*NOPERM/],
  ])("names %s, and no password", async (_, user, password, expected) => {
    const log = redisLog({ url: urlFor(user, password) });
    const answer = log.open("a", { from: "oldest", limit: 1 });
    await expect(answer).rejects.toMatchObject({ code: "unavailable", message: expect.stringMatching(expected) });
    await expect(answer).rejects.toMatchObject({ message: expect.not.stringContaining(password) });
    await log.close();
  });
});
