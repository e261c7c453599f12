import { type ClientOptions, createClient } from "@sluice/client";
import { expect, it, onTestFinished } from "vitest";
import { createManualClock } from "../../packages/client/src/test-kit/manual-clock.test-kit.js";
import { describeStreams } from "./adapters.js";
import { posts, range } from "./events.js";
import { eventually } from "./within.js";
import { startWorld } from "./world.js";

// The real client against the real server, over real sockets. Only the client's time is held by the test.

describeStreams("a client with many subscriptions", (adapter) => {
  async function setUp(options: Partial<ClientOptions> = {}) {
    const world = await startWorld(adapter);
    const requests: string[] = [];
    world.server.on("request", ({ url }) => requests.push(url?.replace(/.*\//, "") ?? ""));
    const clock = createManualClock();
    const client = createClient(world.contract, { url: world.url, clock, linger: 0, ...options });
    onTestFinished(() => client.$close());
    const follow = (name: number) => {
      const seen = { name, numbers: [] as number[], status: "", statuses: [] as string[], stop: () => {} };
      seen.stop = client.feed.of.subscribe(
        { name },
        {
          onEvent: ({ data }) => seen.numbers.push(data.n),
          onConnection({ status }) {
            if (status !== seen.status) seen.statuses.push(status);
            seen.status = status;
          },
        },
      );
      return seen;
    };
    type Seen = ReturnType<typeof follow>;
    const topicOf = (name: number) => world.topic(world.contract.feed.of, { name });
    const areLive = (all: readonly Seen[]) =>
      eventually(() => expect(all.filter(({ status }) => status !== "live")).toEqual([]));
    /** An event in each topic reaches its subscriber, and nobody else. */
    const publishEach = async (all: readonly Seen[], n: number) => {
      for (const { name } of all) await topicOf(name).publish(posts(n));
      await eventually(() => expect(all.filter(({ numbers }) => numbers.at(-1) !== n)).toEqual([]));
    };
    /** So many lanes are live on a base stream that has been quiet. */
    const based = async (count: number) => {
      const all = range(1, count).map(follow);
      clock.advance(10);
      await areLive(all);
      clock.advance(2_000);
      return all;
    };
    const streams = () => world.parts.admission.streams.size;
    return { world, clock, requests, client, follow, areLive, publishEach, based, streams };
  }

  it("has one request and one stream for thirty, and each gets its own events", async () => {
    const { based, publishEach, requests, streams } = await setUp();
    const all = await based(30);
    await publishEach(all, 1);
    expect(all.map(({ numbers }) => numbers)).toEqual(all.map(() => [1]));
    expect([requests, streams()]).toEqual([["$streams"], 1]);
  });

  it("changes the page, 12 leave and 12 come, with at most two requests, and nobody who stays notices", async () => {
    const { based, follow, areLive, publishEach, clock, requests, streams } = await setUp();
    const all = await based(40);
    const [left, stayed] = [all.slice(0, 12), all.slice(12)];
    const came = range(101, 112).map(follow);
    for (const { stop } of left) stop();
    clock.advance(10);
    await areLive(came);
    clock.advance(2_000);
    await eventually(() => expect([requests.length, streams()]).toEqual([3, 1]));
    await publishEach([...stayed, ...came], 1);
    for (const { statuses } of [...stayed, ...came]) expect(statuses).toEqual(["connecting", "live"]);
    for (const { numbers } of left) expect(numbers).toEqual([]);
  });

  it("adds one to 200 without opening these again before the set is quiet, and loses and doubles nothing then", async () => {
    const { based, follow, areLive, publishEach, clock, requests, streams, world } = await setUp();
    const all = await based(200);
    const added = follow(1_000);
    clock.advance(10);
    await areLive([added]);
    expect([requests.length, streams()]).toEqual([2, 2]);
    let last = 0;
    const topic = world.topic(world.contract.feed.of, { name: 7 });
    const happen = async () => void (await topic.publish(posts(++last)));
    for (let count = 0; count < 5; count++) await happen();
    const merging = happen();
    clock.advance(2_000);
    for (let count = 0; count < 20; count++) await happen();
    await merging;
    await eventually(() => expect([requests.length, streams()]).toEqual([3, 1]));
    await happen();
    await eventually(() => expect(all[6]?.numbers).toEqual(range(1, last)));
    await publishEach([...all, added], 1_000);
  });

  it("comes back on one stream when all is cut, and gets what it missed", async () => {
    const { based, areLive, clock, requests, streams, world } = await setUp({ retry: { base: 100 } });
    const all = await based(30);
    for (const socket of world.sockets) socket.destroy();
    await eventually(() => expect(all.every(({ status }) => status === "reconnecting")).toBe(true));
    for (const { name } of all) await world.topic(world.contract.feed.of, { name }).publish(posts(name));
    await eventually(() => {
      clock.advance(50);
      expect(all.every(({ status }) => status === "live")).toBe(true);
    });
    await areLive(all);
    await eventually(() => expect(all.map(({ numbers }) => numbers)).toEqual(all.map(({ name }) => [name])));
    expect([requests.length, streams()]).toEqual([2, 1]);
  });

  it("spreads more than the server takes over several streams", async () => {
    const limited = await startWorld(adapter, { limits: { subscriptionsPerStream: 10 } });
    const clock = createManualClock();
    const client = createClient(limited.contract, { url: limited.url, clock, linger: 0 });
    onTestFinished(() => client.$close());
    const live = new Set<number>();
    for (const name of range(1, 25)) {
      client.feed.of.subscribe({ name }, { onConnection: ({ status }) => status === "live" && live.add(name) });
    }
    await eventually(() => {
      clock.advance(10);
      expect([live.size, limited.parts.admission.streams.size]).toEqual([25, 3]);
    });
  });

  it("opens a plain generator by itself, beside the others", async () => {
    const world = await startWorld(adapter, {
      async *tokens() {
        yield { type: "token", data: "a" };
        yield { type: "token", data: "b" };
      },
    });
    const client = createClient(world.contract, { url: world.url, linger: 0 });
    onTestFinished(() => client.$close());
    const told: unknown[] = [];
    client.feed.head.subscribe({ onConnection: ({ status }) => status === "live" && told.push("live") });
    client.bot.once.subscribe({ onEvent: ({ data }) => told.push(data), onEnd: () => told.push("end") });
    await eventually(() => expect(told.toSorted()).toEqual(["a", "b", "end", "live"]));
  });
});
