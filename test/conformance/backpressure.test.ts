import type { ServerResponse } from "node:http";
import { expect, it, vi } from "vitest";
import { NodeSink } from "../../packages/server/src/http/node-sink.js";
import { EventStream } from "../../packages/server/src/stream/event-stream.js";
import { describeStreams } from "./adapters.js";
import { posts, range } from "./events.js";
import { itAlone } from "./in-lanes.js";
import { open } from "./reader.js";
import { untilStalled } from "./stalled.js";
import { eventually, turns } from "./within.js";
import { startWorld } from "./world.js";

const pad = "x".repeat(100_000);

describeStreams("a reader that stands still", (adapter) => {
  itAlone("pauses a generator, which continues when it reads again (PROTOCOL §9.1)", async () => {
    let yielded = 0;
    const last = 400;
    const world = await startWorld(adapter, {
      async *tokens() {
        while (yielded < last) yield { type: "token", data: `${++yielded}${pad}` };
      },
    });
    const reader = await open(world, "bot/once");
    reader.pause();
    await untilStalled(world);
    const stood = yielded;
    await turns();
    expect(yielded).toBe(stood);
    expect(stood).toBeLessThan(last);
    reader.resume();
    await reader.end();
    expect(reader.data.map((data) => Number.parseInt(data as string, 10))).toEqual(range(1, last));
  });

  it("does not slow other readers, needs no more memory over time, and catches up in order (PROTOCOL §4.2)", async () => {
    const world = await startWorld(adapter);
    const { head } = world.contract.feed;
    const quick = await (await open(world, "feed/head")).live();
    const responses: { writableLength: number }[] = [];
    world.server.once("request", (_req, res) => responses.push(res));
    const slow = await (await open(world, "feed/head")).live();
    const [, connection] = world.parts.admission.streams;
    slow.pause();

    let n = 0;
    const publish = async () => {
      await world.topic(head).publish({ type: "post", data: { n: ++n, pad } });
      await quick.received(n);
    };
    while (!connection?.full) await publish();
    const held = responses[0]?.writableLength ?? 0;
    for (const _ of range(1, 50)) await publish();
    expect(responses[0]?.writableLength).toBe(held);
    expect(held).toBeLessThan(2 * pad.length);

    slow.resume();
    await slow.received(n);
    expect(slow.numbers).toEqual(range(1, n));
    await publish();
    await slow.received(n);
    expect([quick.numbers, slow.numbers]).toEqual([range(1, n), range(1, n)]);
  });

  itAlone("loses its socket after a time if it doesn't read that it was revoked (PROTOCOL §4.2)", async () => {
    const world = await startWorld(adapter, {
      async *tokens() {
        for (;;) yield { type: "token", data: pad };
      },
    });
    const reader = await open(world, "bot/once");
    reader.pause();
    await untilStalled(world);
    expect(await world.sluice.disconnect({ path: "bot/once" })).toEqual({ ended: 1 });
    expect(world.parts.admission.streams.size).toBe(0);
    world.clock.advance(world.parts.streams.stallTimeout);
    await eventually(() => expect(world.sockets.size).toBe(0));
    expect(world.clock.timers).toBe(0);
  });

  it("buffers little of a long history, however much it has missed (PROTOCOL §7.2)", async () => {
    const world = await startWorld(adapter);
    const { oldest } = world.contract.feed;
    const total = 1_000;
    for (const n of range(1, total)) {
      await world.topic(oldest).publish({ type: "post", data: { n, pad: pad.slice(0, 16_000) } });
    }
    const responses: { writableLength: number }[] = [];
    world.server.once("request", (_req, res) => responses.push(res));
    const reader = await open(world, "feed/oldest");
    reader.pause();
    await untilStalled(world);
    await turns();
    expect(responses[0]?.writableLength).toBeLessThan(128 * 1024);
    reader.resume();
    await reader.live();
    expect(reader.numbers).toEqual(range(1, total));
  });

  it("gets at most limits.bufferedBytes at once, except for a longer event (PROTOCOL §4.2)", async () => {
    const world = await startWorld(adapter, { limits: { bufferedBytes: 2_000 } });
    const { oldest, filtered } = world.contract.feed;
    const pads = [...range(1, 40).map(() => "é".repeat(150)), "é".repeat(5_000), "end", "é".repeat(150)];
    const events = pads.map((text, i) => ({ type: "post" as const, data: { n: 2 * i, pad: text } }));
    await world.topic(oldest).publish(events);
    await world.topic(filtered).publish(events);
    for (const path of ["feed/oldest", "feed/filtered"]) {
      const sizes: number[] = [];
      const { write, writeShared } = EventStream.prototype;
      vi.spyOn(EventStream.prototype, "write").mockImplementation(function (this: EventStream, text, lane) {
        sizes.push(Buffer.byteLength(text));
        return write.call(this, text, lane);
      });
      vi.spyOn(EventStream.prototype, "writeShared").mockImplementation(function (this: EventStream, bytes, lane) {
        sizes.push(bytes.plain.length);
        return writeShared.call(this, bytes, lane);
      });
      const reader = await (await open(world, path)).live();
      vi.restoreAllMocks();
      expect(reader.numbers).toEqual(events.map(({ data }) => data.n));
      const long = sizes.filter((size) => size > 2_000);
      expect([long.length, Math.max(...sizes.filter((size) => size <= 2_000)) > 1_500]).toEqual([1, true]);
      expect(long[0]).toBeLessThan(10_200);
    }
  });

  // It fills the sink by hand.
  if (adapter.ownsSocket) {
    itAlone("gets the next event even if a heartbeat filled its socket (PROTOCOL §4.2)", async () => {
      const world = await startWorld(adapter);
      const { filtered } = world.contract.feed;
      const responses: ServerResponse[] = [];
      world.server.once("request", (_req, res) => responses.push(res));
      const reader = await (await open(world, "feed/filtered")).live();
      const write = NodeSink.prototype.write;
      const spy = vi.spyOn(NodeSink.prototype, "write").mockImplementationOnce(function (this: NodeSink, text) {
        write.call(this, text);
        return false;
      });
      world.clock.advance(15_000);
      spy.mockRestore();
      expect([...world.parts.admission.streams].map(({ full }) => full)).toEqual([true]);
      await world.topic(filtered).publish(posts(1, 2));
      await turns();
      expect(reader.numbers).toEqual([]); // nothing is written to a full socket
      responses[0]?.emit("drain");
      await reader.received(1);
      expect(reader.numbers).toEqual([2]);
    });
  }
});
