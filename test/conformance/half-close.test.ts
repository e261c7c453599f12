import { expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { lastOf, publishBurst } from "./burst.js";
import { posts } from "./events.js";
import { Raw } from "./raw.js";
import { expectSameBody, type Subscriber, subscribe } from "./subscriber.js";
import { eventually, turns } from "./within.js";
import { startWorld } from "./world.js";

describeStreams("a client that ends its side, as proxies do", (adapter) => {
  it("gets the beginning of the stream and the end of its connection, and others get everything (PROTOCOL §4.4)", async () => {
    const world = await startWorld(adapter);
    const stay: Subscriber[] = [];
    const leave: Subscriber[] = [];
    for (let i = 0; i < 12; i++) {
      if (i % 4 === 0) stay.push(await subscribe(world, new Raw(world.port), "feed/head").live());
      else leave.push(await subscribe(world, new Raw(world.port, true), "feed/head").live());
    }
    const published = publishBurst(world, 40);
    for (const { raw } of leave) {
      raw.socket.end();
      await turns(1);
    }
    await published;
    for (const each of stay) await each.until(lastOf(40));
    const [{ body }] = stay as [Subscriber];
    for (const each of stay) expectSameBody(each.body, body);
    for (const each of leave) {
      await each.raw.end();
      // Parsed chunk by chunk; the last chunk may be cut.
      expectSameBody(each.body, body.slice(0, each.body.length));
    }
    expect([world.parts.admission.streams.size, world.reports]).toEqual([stay.length, []]);
  });

  it.each([
    ["GET", "feed/head"],
    ["POST", "feed/posted"],
  ] as const)("and stops reading loses its socket, whatever its backlog (PROTOCOL §4.4, %s)", async (method, path) => {
    const world = await startWorld(adapter);
    const body = ["Content-Type: application/json", "Content-Length: 2", "", "{}"];
    const lines = method === "GET" ? ["", ""] : body;
    // A runtime may not tell that a client ended its side while bytes wait. Then the stall timeout ends the stream.
    for (const isFull of adapter.ownsSocket ? [false, true] : [true]) {
      const raw = new Raw(world.port, true).send(
        `${method} ${world.base}/${path} HTTP/1.1`,
        "Host: localhost",
        ...lines,
      );
      await raw.until((text) => text.includes("$live"));
      raw.socket.pause();
      const [connection] = world.parts.admission.streams;
      const [socket] = world.sockets;
      for (let n = 0; !(isFull ? connection?.full : socket?.writableLength); n++) {
        const data = { n, pad: "x".repeat(8_000) };
        await world.topic(world.contract.feed[path === "feed/head" ? "head" : "posted"]).publish({
          type: "post",
          data,
        });
        await turns(3);
      }
      expect(connection?.full).toBe(isFull);
      raw.socket.end();
      if (!adapter.ownsSocket) world.clock.advance(world.parts.streams.stallTimeout);
      await eventually(() => expect(world.sockets.size).toBe(0));
      expect([world.parts.admission.streams.size, world.clock.timers]).toEqual([0, 0]);
    }
  });

  it("while an event is published, ends no other stream (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter);
    const other = await subscribe(world, new Raw(world.port), "feed/head").live();
    for (let n = 1; n <= 20; n++) {
      const { raw } = await subscribe(world, new Raw(world.port, true), "feed/head").live();
      raw.socket.end();
      const [published] = [world.topic(world.contract.feed.head).publish(posts(n)), await turns(n % 4)];
      await published;
    }
    await other.until('"n":20}');
    await eventually(() => expect(world.parts.admission.streams.size).toBe(1));
  });
});
