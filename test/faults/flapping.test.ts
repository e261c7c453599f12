import { type Connection, createClient } from "@sluice/client";
import { expect, it, onTestFinished } from "vitest";
import { createManualClock } from "../../packages/client/src/test-kit/manual-clock.test-kit.js";
import { adapters } from "../conformance/adapters.js";
import { posts, range } from "../conformance/events.js";
import { inLanes } from "../conformance/in-lanes.js";
import { eventually, turns } from "../conformance/within.js";
import { startWorld } from "../conformance/world.js";
import { startProxy } from "./proxy.js";

const [adapter] = adapters.filter(({ name }) => name === "node");

/** In lanes, a client has several subscriptions on its stream. */
const paths = inLanes ? (["head", "oldest", "skip"] as const) : (["head"] as const);

/** Milliseconds of a step, and what may be gathered in two of them before a stream is asked for. */
const [step, gathered] = inLanes ? [10, 20] : [100, 0];

interface Seen {
  readonly numbers: number[];
  readonly told: string[];
  /** When it was last live. */
  liveAt: number;
  connection: Connection;
}

const patience = 20_000;

it("fifty clients whose network fails for 2 s in every 6 lose nothing, and reconnect within 3 s of every drop", async () => {
  if (!adapter) throw new Error("There is no such adapter.");
  // An event every half second, so that each drop falls between events. Only the clients' time is simulated, not the sockets'.
  const world = await startWorld(adapter, { limits: { streamsPerClient: 1_000 } });
  const proxy = await startProxy(world.port);
  onTestFinished(() => proxy.close());
  const clock = createManualClock();
  /** Requests that aren't answered, and streams that have not become live. */
  const underWay = new Set<object>();
  const clients = range(1, 50).map(() => {
    const stream = {};
    const client = createClient(world.contract, {
      url: `http://127.0.0.1:${proxy.port}${world.base}`,
      clock,
      linger: 0,
      multiplex: inLanes,
      fetch(address, init) {
        underWay.add(stream);
        return fetch(address, init);
      },
    });
    const own: Seen[] = [];
    const settle = () => {
      if (own.every(({ connection: { status, retryAt } }) => status === "live" || retryAt !== undefined))
        underWay.delete(stream);
    };
    for (const path of paths) {
      const seen: Seen = { numbers: [], told: [], liveAt: 0, connection: {} as Connection };
      own.push(seen);
      const stop = client.feed[path].subscribe(undefined, {
        onEvent: ({ data }) => seen.numbers.push(data.n),
        onConnection(connection) {
          if (connection.status === "live") seen.liveAt = clock.now();
          seen.connection = connection;
          settle();
        },
        onReset: ({ reason }) => seen.told.push(reason),
        onError: ({ code }) => seen.told.push(code),
      });
      onTestFinished(stop);
    }
    return own;
  });
  const subscriptions = clients.flat();
  const all = (isSo: (connection: Connection) => boolean) =>
    eventually(() => expect(subscriptions.filter(({ connection }) => !isSo(connection))).toEqual([]), patience);
  const isLive = ({ status }: Connection) => status === "live";
  /** Advances the clients' time in steps. What is asked for in a step is answered, or fails, before the next one. */
  const pass = async (ms: number) => {
    for (const end = clock.now() + ms; clock.now() < end; ) {
      clock.advance(step);
      await turns(1); // a request is sent
      if (underWay.size > 0) await eventually(() => expect(underWay.size).toBe(0), patience);
    }
  };
  let last = 0;
  const publishAndPass = async (ms: number) => {
    for (const end = clock.now() + ms; clock.now() < end; await pass(500)) {
      last++;
      for (const path of paths) await world.topic(world.contract.feed[path]).publish(posts(last));
    }
  };

  if (inLanes) clock.advance(10);
  await all(isLive);
  for (let drop = 0; drop < 6; drop++) {
    const droppedAt = clock.now();
    proxy.lose();
    await all((connection) => !isLive(connection));
    await publishAndPass(2_000);
    proxy.find();
    await publishAndPass(1_000);
    expect(subscriptions.filter(({ connection }) => !isLive(connection)).length).toBe(0);
    for (const { liveAt } of subscriptions) expect(liveAt - droppedAt).toBeLessThanOrEqual(3_000 + gathered);
    await publishAndPass(3_000);
  }
  await eventually(() => {
    for (const { numbers } of subscriptions) expect(numbers).toEqual(range(1, last));
  }, patience);
  expect(subscriptions.flatMap(({ told }) => told)).toEqual([]);
}, 120_000);
