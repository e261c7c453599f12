import { expect, it, vi } from "vitest";
import type { EventStream } from "../../packages/server/src/stream/event-stream.js";
import { adapters } from "../conformance/adapters.js";
import { range } from "../conformance/events.js";
import { kinds } from "../conformance/kinds.js";
import { open } from "../conformance/reader.js";
import { eventually, turns } from "../conformance/within.js";
import { startWorld } from "../conformance/world.js";
import { subscribe } from "./subscriber.js";

const [adapter] = adapters.filter(({ name }) => name === "express");
const limits = { streamLife: 60_000 };

it.each(kinds.filter(({ path }) => ["scores/watch", "feed/head"].includes(path)))(
  "a client of $path loses and doubles nothing when its connection's life is over, and is never without one",
  async (kind) => {
    if (!adapter) throw new Error("There is no such adapter.");
    let isHeld = false;
    let go = () => {};
    const world = await startWorld(adapter, {
      limits,
      gate: () => (isHeld ? new Promise((resolve) => (go = resolve)) : undefined),
    });
    const { streams: connections } = world.parts.admission;
    const add = connections.add.bind(connections);
    const sizes: number[] = [];
    vi.spyOn(connections, "add").mockImplementation((connection) => {
      add(connection);
      sizes.push(connections.size);
      return connections;
    });
    let last = 0;
    const subscriber = subscribe(world, world.port, kind);
    const more = async () => {
      for (let i = 0; i < 3; i++) await kind.happen(world as never, ++last);
    };
    await subscriber.live();
    await more();
    await subscriber.received(last);

    isHeld = true;
    let isAsked = false;
    world.server.once("request", () => (isAsked = true));
    const [connection] = connections as Set<EventStream>;
    const drained = vi.spyOn(connection as EventStream, "drain");
    while (world.clock.now() < 61_000 && drained.mock.calls.length === 0) world.clock.advance(250);
    await eventually(() => {
      if (!isAsked) subscriber.clock.advance(20); // the wait before it opens again
      expect(isAsked).toBe(true);
    });
    await turns();
    await more(); // while the new stream is being opened, events arrive on the old one
    await subscriber.received(last);
    isHeld = false;
    go();
    await more();
    await eventually(() => expect([sizes, connections.size]).toEqual([[1, 2], 1]));
    await more();
    await subscriber.received(last);
    expect(subscriber.numbers).toEqual(range(1, last));
    expect([subscriber.failures, subscriber.told, subscriber.connection.status]).toEqual([[], [], "live"]);
  },
);

it("a client that keeps its old stream is cut and reconnects, except for a generator that a cut would end", async () => {
  if (!adapter) throw new Error("There is no such adapter.");
  const world = await startWorld(adapter, {
    limits,
    async *tokens({ signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  });
  const [live, again, once] = [
    await (await open(world, "feed/head")).live(),
    await (await open(world, "bot/again")).live(),
    await (await open(world, "bot/once")).live(),
  ];
  world.clock.advance(60_250);
  await Promise.all([live.first("drain"), again.first("drain")]);
  world.clock.advance(5_250);
  await Promise.all([live.end(), again.end()]);
  expect([live.names.at(-1), again.names.at(-1)]).toEqual(["$drain", "$drain"]);
  world.clock.advance(600_000);
  await once.until(() => once.all("comment").length > 40);
  expect([once.over, once.all("drain")]).toEqual([false, []]);
});
