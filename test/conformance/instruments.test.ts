import { OutgoingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceNode } from "@sluice/server/node";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { socketAdapters } from "./adapters.js";
import { serveBeside } from "./beside.js";
import { lastOf, publishBurst } from "./burst.js";
import { posts } from "./events.js";
import { Raw } from "./raw.js";
import { expectSameBody, type Subscriber, subscribe } from "./subscriber.js";
import { turns } from "./within.js";
import { startWorld, type World } from "./world.js";

type Write = (this: unknown, chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
type Writable = { write: Write };

/** What a tool saw of each response, as text and without heartbeats. */
class Seen {
  readonly #texts = new Map<unknown, string>();
  wrap(write: Write): Write {
    const texts = this.#texts;
    return function (this: unknown, chunk, ...rest) {
      texts.set(this, (texts.get(this) ?? "") + Buffer.from(chunk as string).toString());
      return write.call(this, chunk, ...rest);
    };
  }
  of(target: unknown): string {
    return this.#texts.get(target)?.replace(/^:.*\n\n/gm, "") ?? "";
  }
}

/** Ways to replace an object's `write`. */
const ways: [string, (target: Writable, seen: Seen) => void][] = [
  ["assigning it", (target, seen) => Object.assign(target, { write: seen.wrap(target.write) })],
  [
    "defining it",
    (target, seen) => {
      const value = seen.wrap(target.write);
      Object.defineProperty(target, "write", { value, writable: true, enumerable: false, configurable: true });
    },
  ],
  ["assigning it unread", (target, seen) => Object.assign(target, { write: seen.wrap(unread(target)) })],
  ["a proxy", (target, seen) => Object.assign(target, { write: new Proxy(seen.wrap(target.write), {}) })],
];
/** The original `write`, obtained without reading the property. */
const unread = (target: Writable): Write => Reflect.get(target instanceof ServerResponse ? nodes : target, "write");
const nodes = { write: OutgoingMessage.prototype.write as Write };

/** The objects on which tools replace it, for a response. */
const places: [string, (res: ServerResponse) => object][] = [
  ["the response", (res) => res],
  ["the response's prototype", (res) => Object.getPrototypeOf(res)],
  ["ServerResponse.prototype", () => ServerResponse.prototype],
  ["OutgoingMessage.prototype", () => OutgoingMessage.prototype],
];

/** Restores the property after the test. */
function restoreLater(target: object): void {
  const before = Object.getOwnPropertyDescriptor(target, "write");
  onTestFinished(() => {
    if (before) Object.defineProperty(target, "write", before);
    else Reflect.deleteProperty(target, "write");
  });
}

const cases = places.flatMap(([place, at]) => ways.map(([way, put]) => [way, place, at, put] as const));

describe.each(socketAdapters)("a tool that observes writes, over $name", (adapter) => {
  /** Opens a stream, and calls `put` with its response before or after that. */
  async function openWith(world: World, when: "before" | "after", put: (res: ServerResponse) => void) {
    const requested = new Promise<ServerResponse>((resolve) =>
      world.server.once("request", (_req, res) => {
        if (when === "before") put(res);
        resolve(res);
      }),
    );
    const stream = await subscribe(world, new Raw(world.port), "feed/head").live();
    const res = await requested;
    await turns(3);
    const start = when === "before" ? 0 : stream.body.length;
    if (when === "after") put(res);
    return { stream, res, start };
  }

  describe.each(["before", "after"] as const)("%s the stream is open", (when) => {
    it.each(cases)("%s on %s, sees every later write (PROTOCOL §4.2)", async (_way, _place, at, put) => {
      const world = await startWorld(adapter);
      const other = await subscribe(world, new Raw(world.port), "feed/head").live();
      const seen = new Seen();
      const { stream, res, start } = await openWith(world, when, (response) => {
        restoreLater(at(response));
        put(at(response) as Writable, seen);
      });
      await publishBurst(world);
      await publishBurst(world, 3);
      await Promise.all([stream.until(lastOf(3)), other.until(lastOf(3))]);
      expectSameBody(stream.body, other.body);
      expectSameBody(seen.of(res), stream.body.slice(start));
    });
  });

  it.each(["before", "after"] as const)("as a spy of vitest does, %s the stream is open, sees all", async (when) => {
    const world = await startWorld(adapter);
    const spies: { readonly mock: { readonly calls: unknown[][] } }[] = [];
    const { stream, start } = await openWith(world, when, (res) => spies.push(vi.spyOn(res, "write")));
    await publishBurst(world);
    await stream.until(lastOf());
    const chunks = spies[0]?.mock.calls.map(([chunk]) => Buffer.from(chunk as string).toString());
    expectSameBody(chunks?.join("").replace(/^:.*\n\n/gm, "") ?? "", stream.body.slice(start));
  });

  it("between events, no event is missed or duplicated (PROTOCOL §4.2)", async () => {
    const world = await startWorld(adapter);
    const seen = new Seen();
    const responses: ServerResponse[] = [];
    world.server.on("request", (_req, res) => responses.push(res));
    const all: Subscriber[] = [];
    for (let i = 0; i < 6; i++) all.push(await subscribe(world, new Raw(world.port), "feed/head").live());
    const published = publishBurst(world, 60);
    for (const [index, [, put]] of ways.entries()) {
      await turns(index);
      put(responses[index] as never, seen);
    }
    await published;
    const [first] = all as [Subscriber];
    for (const each of all) {
      await each.until(lastOf(60));
      expectSameBody(each.body, first.body);
    }
    for (const index of ways.keys()) expect(seen.of(responses[index]).endsWith(lastOf(60).concat("\n"))).toBe(true);
  });

  it.each<[string, (socket: Socket) => object]>([
    ["the socket", (socket) => socket],
    ["Socket.prototype", () => Socket.prototype],
  ])("on %s, sees all, before and after the stream is open", async (_place, at) => {
    for (const when of ["before", "after"] as const) {
      const world = await startWorld(adapter);
      const seen = new Seen();
      const { stream, res } = await openWith(world, when, ({ socket }) => {
        const target = at(socket as Socket);
        restoreLater(target);
        Object.assign(target, { write: seen.wrap((target as Writable).write) });
      });
      await publishBurst(world);
      await stream.until(lastOf());
      expect(seen.of(res.socket).includes(lastOf())).toBe(true);
    }
  });

  it("and reads `write` but does not replace it, changes nothing: an event is one write to each socket", async () => {
    const world = await startWorld(adapter);
    const { stream } = await openWith(world, "after", (res) => void res.write);
    await turns(1);
    const [socket] = world.sockets;
    const write = vi.spyOn(socket as Socket, "write");
    await world.topic(world.contract.feed.head).publish(posts(1));
    await stream.until('"n":1}');
    expect(write).toHaveBeenCalledTimes(1);
  });
});

it.each<[string, object]>([
  ["ServerResponse.prototype", ServerResponse.prototype],
  ["OutgoingMessage.prototype", OutgoingMessage.prototype],
])("a tool that was loaded first and put its own `write` on %s sees all", async (_place, target) => {
  const seen = new Seen();
  restoreLater(target);
  Object.assign(target, { write: seen.wrap((target as Writable).write) });
  vi.resetModules();
  onTestFinished(() => void vi.resetModules());
  const adapters = [await import("@sluice/server/node"), await import("@sluice/server/express")] as const;
  expect([adapters[0].sluiceNode === sluiceNode, adapters[1].sluiceExpress === sluiceExpress]).toEqual([false, false]);
  const [node] = socketAdapters.filter(({ name }) => name === "node") as [(typeof socketAdapters)[0]];
  const world = await startWorld(node);
  const context = () => ({ user: null });
  const beside = await serveBeside(world, adapters[0].sluiceNode(world.sluice, { base: "/api", context }));
  const requested = new Promise((resolve) => beside.server.once("request", (_req, res) => resolve(res)));
  const stream = await subscribe(beside, new Raw(beside.port), "feed/head").live();
  await publishBurst(world);
  await stream.until(lastOf());
  expectSameBody(seen.of(await requested), stream.body);
});
