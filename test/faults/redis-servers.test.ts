import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { defineContract, subscription } from "@sluice/contract";
import { redisLog } from "@sluice/redis";
import { createPublisher, createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as z from "zod";
import { describeWith } from "../support/describe-with.ts";
import { missingRedisServer, RedisServer } from "../support/redis-server.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

vi.setConfig({ testTimeout: 60_000 });

const contract = defineContract({
  feed: subscription({ events: { post: z.int() }, onGap: "skip" }),
  board: subscription({
    events: { add: z.int() },
    state: {
      schema: z.object({ sum: z.int() }),
      initial: { sum: 0 },
      apply: { add: ({ sum }, n) => ({ sum: sum + n }) },
    },
  }),
  count: subscription({ input: z.object({ runId: z.string() }), events: { n: z.int() } }),
});

/** A server of many, with a log of its own. */
async function startServer(url: string) {
  const s = implement(contract).$context<{ tags: string[] }>();
  const router = s.$router({
    feed: s.feed.live(),
    board: s.board.live(),
    count: s.count.stream(
      async function* ({ signal }) {
        for (let data = 1; !signal.aborted; data += 1) {
          yield { type: "n", data };
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      },
      { resumable: true },
    ),
  });
  const log = redisLog({ url });
  const sluice = createSluice(router, { log });
  const server: Server = createServer(sluiceNode(sluice, { context: () => ({ tags: ["user:1"] }) }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = createClient(contract, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return {
    log,
    sluice,
    client,
    async stop() {
      client.$close();
      await sluice.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What a subscriber of the feed got. */
function follow({ client }: Awaited<ReturnType<typeof startServer>>) {
  const got = {
    posts: [] as number[],
    resets: [] as string[],
    errors: [] as unknown[],
    status: "",
    statuses: new Set<string>(),
  };
  client.feed.subscribe({
    on: { post: (data) => got.posts.push(data) },
    onReset: ({ reason }) => got.resets.push(reason),
    onError: (error) => got.errors.push(error),
    onConnection: ({ status }) => {
      got.status = status;
      got.statuses.add(status);
    },
  });
  return got;
}

async function until(isTrue: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`waited for 20 s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describeWith(missingRedisServer, "servers that share a log in Redis", () => {
  let redis: RedisServer;
  let relay: TcpRelay;
  const servers: Awaited<ReturnType<typeof startServer>>[] = [];
  const start = async () => {
    const server = await startServer(`redis://127.0.0.1:${relay.port}`);
    servers.push(server);
    return server;
  };
  beforeEach(async () => {
    // Without a delay, a replica begins at once. (The default waits five seconds for a second one.)
    const replication = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];
    redis = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always", ...replication);
    relay = await TcpRelay.start(redis.port);
  });
  afterEach(async () => {
    relay.isAway = false;
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await relay.stop();
    await redis.stop();
  });
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it("deliver what any of them, or a worker, publishes, in one order, and read each other's state", async () => {
    const [one, other] = [await start(), await start()];
    const views = [follow(one), follow(other)];
    await until(() => views.every(({ status }) => status === "live"), "live");
    const worker = createPublisher(contract, { log: redisLog({ url: redis.url }) });
    for (let n = 1; n <= 60; n += 1) {
      const by = [one.sluice, other.sluice, worker][n % 3] as typeof worker;
      await by.topic(contract.feed).publish({ type: "post", data: n });
      await by.topic(contract.board).publish({ type: "add", data: n });
    }
    await until(() => views.every(({ posts }) => posts.length === 60), "all posts");
    for (const { posts, errors } of views) expect([posts, errors]).toEqual([range(1, 60), []]);
    for (const { sluice } of [one, other])
      expect((await sluice.topic(contract.board).state()).state).toEqual({ sum: (60 * 61) / 2 });
    await worker.close();
  });

  it("keep their clients while Redis is killed and restarted, fail publishes, and go on without a reset", async () => {
    const [one, other] = [await start(), await start()];
    const view = follow(one);
    await until(() => view.status === "live", "live");
    const feed = other.sluice.topic(contract.feed);
    await feed.publish({ type: "post", data: 1 });
    await until(() => view.posts.length === 1, "the first post");
    view.statuses.clear();
    await redis.kill();
    await until(() => other.log.status === "down", "down");
    const began = performance.now();
    await expect(feed.publish({ type: "post", data: 0 })).rejects.toMatchObject({ code: "unavailable" });
    expect(performance.now() - began, "without waiting for an answer, which takes 4 s").toBeLessThan(3_500);
    await redis.run();
    await until(() => one.log.status === "up" && other.log.status === "up", "up");
    await feed.publish({ type: "post", data: 2 });
    await until(() => view.posts.length === 2, "the second post");
    expect(view).toMatchObject({ posts: [1, 2], resets: [], errors: [] });
    expect([...view.statuses].filter((status) => status !== "live")).toEqual([]);
  });

  it("tell their clients of history that a failover lost, though other events have its place", async () => {
    const replica = await RedisServer.start();
    try {
      const [one, other] = [await start(), await start()];
      const view = follow(one);
      await until(() => view.status === "live", "live");
      const feed = other.sluice.topic(contract.feed);
      await feed.publish({ type: "post", data: 1 });
      await replica.command("REPLICAOF", "127.0.0.1", `${redis.port}`);
      let replication = "";
      const look = async () => {
        replication = await redis.command("INFO", "replication");
      };
      // It is online before it has all: its offset tells.
      const hasAll = () => {
        const acknowledged = /state=online,offset=(\d+)/.exec(replication)?.[1];
        return acknowledged !== undefined && acknowledged === /master_repl_offset:(\d+)/.exec(replication)?.[1];
      };
      await until(() => {
        void look();
        return hasAll();
      }, "a replica that has all");
      await replica.command("REPLICAOF", "NO", "ONE");
      await feed.publish([2, 3].map((data) => ({ type: "post", data }) as const));
      await until(() => view.posts.length === 3, "the posts that will be lost");
      relay.target = replica.port;
      relay.cut();
      const more = [12, 13, 14].map((data) => ({ type: "post", data }) as const);
      let isPublished = false;
      while (!isPublished) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        isPublished = await feed.publish(more, { idempotencyKey: "more" }).then(
          () => true,
          () => false,
        );
      }
      await until(() => view.resets.length > 0, "a reset");
      await feed.publish({ type: "post", data: 15 });
      await until(() => view.posts.at(-1) === 15, "the last post");
      expect(view.resets).toEqual(["diverged"]);
      expect(view.errors).toEqual([]);
    } finally {
      await replica.stop();
    }
  });

  it("end a run, a topic and a user's streams wherever they are", async () => {
    const [one, other] = [await start(), await start()];
    const counted: number[] = [];
    let ended = "";
    one.client.count.subscribe(
      { runId: "r" },
      {
        on: { n: (n) => counted.push(n) },
        onEnd: () => {
          ended = "end";
        },
      },
    );
    await until(() => counted.length > 3, "some counts");
    await other.sluice.topic(contract.count, { runId: "r" }).stop();
    await until(() => ended === "end", "the end of the run");

    const view = follow(one);
    await until(() => view.status === "live", "live");
    await one.sluice.topic(contract.feed).publish({ type: "post", data: 1 });
    await until(() => view.posts.length === 1, "a post");
    await other.sluice.topic(contract.feed).delete();
    await until(() => view.resets.length > 0, "a reset");
    expect(view.resets).toEqual(["epoch"]);

    await other.sluice.disconnect({ tag: "user:1" });
    await until(() => view.errors.length > 0, "an error");
    expect(view.errors).toMatchObject([{ code: "forbidden" }]);
  });
});
