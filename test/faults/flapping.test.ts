import { type Connection, createClient } from "@sluice/client";
import { expect, it, onTestFinished } from "vitest";
import { createManualClock } from "../../packages/client/src/test-kit/manual-clock.test-kit.js";
import { adapters } from "../conformance/adapters.js";
import { posts, range } from "../conformance/events.js";
import { eventually } from "../conformance/within.js";
import { startWorld } from "../conformance/world.js";
import { startProxy } from "./proxy.js";

const [adapter] = adapters.filter(({ name }) => name === "node");

const patience = 20_000;

it("fifty clients whose network fails for 2 s in every 6 lose nothing, and reconnect within 3 s of every drop", async () => {
  if (!adapter) throw new Error("There is no such adapter.");
  // An event every half second, so that each drop falls between events. Only the clients' time is simulated, not the sockets'.
  const world = await startWorld(adapter, { limits: { streamsPerClient: 1_000 } });
  const proxy = await startProxy(world.port);
  onTestFinished(() => proxy.close());
  const clock = createManualClock();
  const clients = range(1, 50).map(() => {
    const client = createClient(world.contract, {
      url: `http://127.0.0.1:${proxy.port}${world.base}`,
      clock,
      linger: 0,
      // On one stream, the attempts of a step would wait for one another.
      multiplex: false,
    });
    const seen = { numbers: [] as number[], told: [] as string[], liveAt: 0, connection: {} as Connection };
    const stop = client.feed.head.subscribe(undefined, {
      onEvent: ({ data }) => seen.numbers.push(data.n),
      onConnection(connection) {
        if (connection.status === "live") seen.liveAt = clock.now();
        seen.connection = connection;
      },
      onReset: ({ reason }) => seen.told.push(reason),
      onError: ({ code }) => seen.told.push(code),
    });
    onTestFinished(stop);
    return seen;
  });
  const all = (isSo: (connection: Connection) => boolean) =>
    eventually(() => expect(clients.filter(({ connection }) => !isSo(connection))).toEqual([]), patience);
  const isLive = ({ status }: Connection) => status === "live";
  /** Advances the clients' time in steps. The attempts of a step end before the next step. */
  const pass = async (ms: number) => {
    for (const end = clock.now() + ms; clock.now() < end; ) {
      clock.advance(100);
      await all((connection) => isLive(connection) || connection.retryAt !== undefined);
    }
  };
  let last = 0;
  const publishAndPass = async (ms: number) => {
    for (const end = clock.now() + ms; clock.now() < end; await pass(500)) {
      await world.topic(world.contract.feed.head).publish(posts(++last));
    }
  };

  await all(isLive);
  for (let drop = 0; drop < 6; drop++) {
    const droppedAt = clock.now();
    proxy.lose();
    await all((connection) => !isLive(connection));
    await publishAndPass(2_000);
    proxy.find();
    await publishAndPass(1_000);
    expect(clients.filter(({ connection }) => !isLive(connection)).length).toBe(0);
    for (const { liveAt } of clients) expect(liveAt - droppedAt).toBeLessThanOrEqual(3_000);
    await publishAndPass(3_000);
  }
  await eventually(() => {
    for (const { numbers } of clients) expect(numbers).toEqual(range(1, last));
  }, patience);
  expect(clients.flatMap(({ told }) => told)).toEqual([]);
}, 120_000);
