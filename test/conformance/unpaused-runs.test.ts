import { memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import type { Subscriber } from "../../packages/server/src/subscription/subscriber.js";
import { ManualClock } from "../../packages/server/src/time/manual-clock.test-kit.js";
import { itAlone } from "./in-lanes.js";
import { clientInProcess } from "./in-process.js";
import { open } from "./reader.js";
import { runContract, runPaths, startRunWorld } from "./run-world.js";
import { eventually, turns } from "./within.js";

/** Practically endless: nothing here reads that much. */
const endless = { id: "r", count: Number.MAX_SAFE_INTEGER };
/** The same, with events that fill sockets soon. */
const large = { ...endless, pad: 10_000 };
/** Events of a stretch: by number and, of large ones, by characters. */
const stretch = 1_024;
const largeStretch = Math.ceil((1024 * 1024) / 10_002);

const placeOf = (source: unknown) => (source as Subscriber).place.offset;

/** Waits until the generator stops yielding, and returns how much it has yielded. */
async function untilHeld(world: { readonly yielded: number }): Promise<number> {
  for (let before = -1; before !== world.yielded; await turns(50)) before = world.yielded;
  return world.yielded;
}

describe("a generator that never waits", () => {
  it.each(runPaths)("does not block the server for others, and is told when it is abandoned (%s)", async (path) => {
    // More than the run is ever ahead of its reader, and less than the reader reads. So its beginning is gone on any machine.
    const world = await startRunWorld({ abandonAfter: 5_000, log: memoryLog({ retain: { events: 2_900 } }) });
    const reader = await (await open(world, path, { input: endless })).received(3_000);
    const other = await (await open(world, path, { input: { id: "other", count: 3 } })).end();
    expect(other.names.at(-1)).toBe("$end");
    other.destroy();
    reader.destroy();
    await eventually(() => expect(world.parts.admission.streams.size).toBe(0));
    for (let seconds = 0; seconds < 6; seconds++) {
      world.clock.advance(1_000);
      await turns();
    }
    await eventually(() => expect(world.returned).toBe(2));
    const late = await (await open(world, path, { input: endless })).end();
    expect(late.frames.at(-1)).toMatchObject({ kind: "error", code: path === "list" ? "gap" : "interrupted" });
    expect(world.errors).toEqual([]);
  });

  itAlone("does not block the server when it runs for each subscriber, over a socket and in process", async () => {
    const world = await startRunWorld();
    const reader = await (await open(world, "plain", { input: endless })).received(3_000);
    reader.destroy();
    await eventually(() => expect(world.returned).toBe(1));
    let count = 0;
    let others = 0;
    const timer = setInterval(() => others++, 1);
    const events = clientInProcess(runContract, world.sluice, {}).plain.iterate(endless)[Symbol.asyncIterator]();
    while (others < 3 && count < 2_000_000) {
      await events.next();
      count++;
    }
    clearInterval(timer);
    await events.return?.();
    expect(others).toBe(3);
  });

  // Where lanes share a socket, what its buffers hold is in front of the neighbours, too: megabytes for each wait.
  itAlone("is never further ahead than the fastest reader allows, and is not delayed by a slow one", async () => {
    const world = await startRunWorld();
    const fast = await (await open(world, "skip", { input: large })).received(1);
    const slow = await (await open(world, "skip", { input: large })).received(1);
    slow.pause();
    const start = world.yielded;
    await fast.until(() => world.yielded > start + 1_000);
    fast.pause();
    const held = await untilHeld(world);
    // Bytes in the sockets' buffers count as read.
    const handedOut = Math.max(
      ...[...world.parts.admission.streams].flatMap(({ lanes }) =>
        [...lanes.open].map(({ source }) => placeOf(source)),
      ),
    );
    expect(held - handedOut).toBeLessThanOrEqual(2 * largeStretch + 2);
    slow.resume();
    await slow.until(() => slow.frames.length > 900);
    fast.resume();
    await fast.until(() => world.yielded > held + 500);
  });

  it("loses nothing for the fastest reader, however large its events", async () => {
    const world = await startRunWorld({ log: memoryLog({ retain: { bytes: 5_000_000 } }) });
    const input = { id: "r", count: 12, pad: 1_000_000 };
    const reader = await open(world, "list", { input });
    await reader.until(() => reader.over);
    expect([reader.events.length, reader.names.at(-1)]).toEqual([12, "$end"]);
  });

  it("stays within the catch-up limit of a reader", async () => {
    const world = await startRunWorld({ limits: { catchUpEvents: 100 } });
    const reader = await (await open(world, "list", { input: endless })).received(1);
    reader.pause();
    await untilHeld(world);
    reader.resume();
    await reader.until(() => reader.frames.length > 10_000);
    expect(reader.all("reset")).toEqual([]);
  });

  it("continues without clients, by one stretch per second, until it is abandoned", async () => {
    const clock = new ManualClock();
    const world = await startRunWorld({ clock, abandonAfter: 10_000 });
    const reader = await (await open(world, "list", { input: endless })).received(1);
    reader.destroy();
    await eventually(() => expect(world.parts.admission.streams.size).toBe(0));
    let before = await untilHeld(world);
    for (let seconds = 1; seconds <= 9; seconds++) {
      clock.advance(1_000);
      const now = await untilHeld(world);
      expect(now - before).toBe(stretch);
      before = now;
    }
    clock.advance(2_000);
    await eventually(() => expect(world.returned).toBe(1));
  });

  itAlone("continues for a reader at another server on its log", async () => {
    const log = memoryLog();
    const [world, other] = [await startRunWorld({ log }), await startRunWorld({ log })];
    const own = await (await open(world, "list", { input: large })).received(1);
    const there = await (await open(other, "list", { input: large })).received(1);
    own.pause();
    const held = await untilHeld(world);
    while (world.yielded < held + 5 * largeStretch) {
      world.clock.advance(250);
      other.clock.advance(250);
      await turns(5);
    }
    await there.until(() => there.frames.length > held + 2 * largeStretch);
    expect([there.all("reset"), there.over]).toEqual([[], false]);
  });
});
