import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { defineContract, subscription } from "@sluice/contract";
import { redisLog } from "@sluice/redis";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { describeWith } from "../support/describe-with.ts";
import { missingRedisServer, RedisServer } from "../support/redis-server.ts";

vi.setConfig({ testTimeout: 60_000 });

const contract = defineContract({
  feed: subscription({ input: z.object({ room: z.int() }), events: { post: z.int() } }),
});
const rooms = [1, 2, 3];

async function startServer(url: string) {
  const { feed, $router } = implement(contract);
  const sluice = createSluice($router({ feed: feed.live() }), {
    log: redisLog({ url, timeout: 800 }),
    onError: () => {},
  });
  const server = createServer(sluiceNode(sluice));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await sluice.close({ timeout: 100 });
    server.close();
    server.closeAllConnections();
  });
  const publish = (data: number) =>
    Promise.all(
      rooms.map((room) =>
        sluice.topic(contract.feed, { room }).publish({ type: "post", data }, { idempotencyKey: `${data}` }),
      ),
    );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, publish };
}

/** What a client's subscriptions show, one for each room, and all that they were told. */
function follow(url: string, multiplex: boolean) {
  const client = createClient(contract, { url, multiplex });
  onTestFinished(() => client.$close());
  return rooms.map((room) => {
    const got = { posts: [] as number[], told: [] as string[] };
    client.feed.subscribe(
      { room },
      {
        on: { post: (data) => got.posts.push(data) },
        onConnection: ({ status, stale }) => got.told.push(stale ? `${status}, stale` : status),
        onReset: ({ reason }) => got.told.push(reason),
      },
    );
    return got;
  });
}

describeWith(missingRedisServer, "clients of a server whose Redis is away", () => {
  it.each<[string, (redis: RedisServer) => unknown, (redis: RedisServer) => unknown]>([
    ["hangs", (redis) => redis.signal("SIGSTOP"), (redis) => redis.signal("SIGCONT")],
    ["is killed and started again", (redis) => redis.kill(), (redis) => redis.run()],
  ])("stay connected and are told, on streams of their own and on shared ones, where it %s", async (_, stop, goOn) => {
    const redis = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    onTestFinished(() => redis.stop());
    const [one, other] = [await startServer(redis.url), await startServer(redis.url)];
    const views = [...follow(one.url, false), ...follow(one.url, true)];
    const all = (told: string) =>
      vi.waitFor(() => expect(views.map((view) => view.told.at(-1))).toEqual(views.map(() => told)), 20_000);
    await all("live");
    await other.publish(1);
    await stop(redis);
    await all("live, stale");
    await expect(other.publish(2)).rejects.toMatchObject({ code: "unavailable" });
    await goOn(redis);
    await all("live");
    await vi.waitFor(() => other.publish(3), 20_000); // the other server may notice later
    await vi.waitFor(() => expect(views.map(({ posts }) => posts.at(-1))).toEqual(views.map(() => 3)), 20_000);
    for (const { told, posts } of views) {
      expect(told.slice(told.indexOf("live"))).toEqual(["live", "live, stale", "live"]);
      // Where Redis hung, it may have got what was sent before that was known.
      expect(posts.filter((post) => post !== 2)).toEqual([1, 3]);
    }
  });
});
