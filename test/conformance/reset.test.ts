import { memoryLog } from "@sluice/server";
import { expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { goal, posts, range } from "./events.js";
import { expectFinalError } from "./final-error.js";
import { open, type Reader } from "./reader.js";
import { turns } from "./within.js";
import { startWorld, type World } from "./world.js";

const input = { matchId: "m1" };

/** A cursor with the same epoch and offset, but of a history that never existed. */
const forged = (cursor: string) => cursor.replace(/[^.]+$/, "forged");

/** Cursors that are not accepted, by the reason of the reset. */
async function refused(world: World, publish: (n: number) => Promise<{ cursor: string }>) {
  const { cursor: trimmed } = await publish(1);
  for (const n of range(2, 9)) await publish(n);
  const { cursor } = await publish(10);
  return {
    trimmed,
    diverged: forged(cursor),
    "beyond the head": cursor.replace(/\.10\./, ".11."),
    epoch: `other.${cursor.slice(cursor.indexOf(".") + 1)}`,
    "another topic's": (await world.topic(world.contract.feed.filtered).publish(posts(1))).cursor,
    head: cursor,
  };
}

const reasons = { "beyond the head": "diverged", "another topic's": "epoch" } as Record<string, string>;

const idOf = (reader: Reader, index: number) => reader.events[index]?.id;

describeStreams("a cursor that is not accepted", (adapter) => {
  it.each(["trimmed", "diverged", "epoch", "beyond the head", "another topic's"] as const)(
    "(%s) ends a subscription without state with the final error gap (PROTOCOL §5.6, §7.3)",
    async (kind) => {
      const world = await startWorld(adapter, { log: memoryLog({ retain: { events: 5 } }) });
      const cursors = await refused(world, (n) => world.topic(world.contract.feed.head).publish(posts(n)));
      const reader = await (await open(world, "feed/head", { lastEventId: cursors[kind] })).end();
      expect(reader.names).toEqual(["$retry", "$open", "$reset", "$error"]);
      const [reset] = reader.all("reset");
      expect(reset).toMatchObject({ reason: reasons[kind] ?? kind, head: cursors.head });
      expect(reset?.oldest).toMatch(/^[\w-]+\.5\./);
      const { reason, oldest, head } = reset ?? {};
      expect(reader.all("error")[0]).toMatchObject({ code: "gap", final: true, data: { reason, oldest, head } });
      expectFinalError(reader);
      expect(reader.text).not.toMatch(/id: .*\nevent: (\d+\/)?\$reset/);
      expect(reader.complete).toBe(true);
    },
  );

  it.each(["trimmed", "diverged", "epoch"] as const)(
    "(%s) lets a subscriber that may skip continue from the oldest event (PROTOCOL §7.3)",
    async (kind) => {
      const world = await startWorld(adapter, { log: memoryLog({ retain: { events: 5 } }) });
      const { skip } = world.contract.feed;
      const cursors = await refused(world, (n) => world.topic(skip).publish(posts(n)));
      const reader = await (await open(world, "feed/skip", { lastEventId: cursors[kind] })).live();
      expect(reader.all("reset")).toMatchObject([{ reason: kind }]);
      expect(reader.numbers).toEqual([6, 7, 8, 9, 10]);
      expect(reader.all("live")[0]?.id).toBe(cursors.head);
      await world.topic(skip).publish(posts(11));
      await reader.received(6);
    },
  );

  it("gives a subscriber that may skip an acceptable cursor, even without events (PROTOCOL §7.3)", async () => {
    const world = await startWorld(adapter);
    const reader = await (await open(world, "feed/skip", { lastEventId: "other.1.m" })).live();
    const { oldest } = await reader.first("reset");
    expect(reader.all("at")).toEqual([{ kind: "at", id: oldest }]);
    const again = await (await open(world, "feed/skip", { lastEventId: reader.cursor })).live();
    expect(again.all("reset")).toEqual([]);
  });

  it.each(["diverged", "epoch"] as const)("(%s) is followed by a fresh $snapshot (PROTOCOL §7.3)", async (kind) => {
    const world = await startWorld(adapter);
    const { watch } = world.contract.scores;
    const cursors = await refused(world, () => world.topic(watch, input).publish(goal("home")));
    const reader = await (await open(world, "scores/watch", { input, lastEventId: cursors[kind] })).live();
    expect(reader.names).toEqual(["$retry", "$open", "$reset", "$snapshot", "$live"]);
    expect(reader.all("reset")[0]).toMatchObject({ reason: kind, head: cursors.head });
    expect(reader.all("snapshot")[0]).toMatchObject({ id: cursors.head, data: '{"home":10,"away":0,"endedAt":null}' });
  });

  it("(trimmed) is followed by a fresh $snapshot and the events after it (PROTOCOL §7.3)", async () => {
    const world = await startWorld(adapter, { log: memoryLog({ retain: { events: 5 } }) });
    const { watch } = world.contract.scores;
    const { cursor } = await world.topic(watch, input).publish(goal("home"));
    for (const _ of range(2, 450)) await world.topic(watch, input).publish(goal("away"));
    const reader = await (await open(world, "scores/watch", { input, lastEventId: cursor })).live();
    expect(reader.all("reset")[0]).toMatchObject({ reason: "trimmed" });
    expect(reader.all("snapshot")[0]?.data).toBe('{"home":1,"away":449,"endedAt":null}');
    await world.topic(watch, input).publish(goal("home"));
    await reader.received(1);
  });

  it("is sent again to a client that is cut before the frames that follow it (PROTOCOL §5.6)", async () => {
    const world = await startWorld(adapter);
    const lastEventId = "other.1.m";
    for (const _ of [1, 2]) {
      const reader = await open(world, "scores/watch", { input, lastEventId });
      await reader.first("reset");
      reader.destroy();
    }
  });

  it("for a cursor of another server's log has the reason epoch, and the client gets that server's state (PROTOCOL §6.2)", async () => {
    const [before, after] = [await startWorld(adapter), await startWorld(adapter)];
    const { watch } = before.contract.scores;
    await before.topic(watch, input).publish([goal("home"), goal("home")]);
    const first = await (await open(before, "scores/watch", { input })).live();
    await after.topic(watch, input).publish([goal("away"), goal("away")]);
    const second = await (await open(after, "scores/watch", { input, lastEventId: first.cursor })).live();
    expect(second.all("reset")).toMatchObject([{ reason: "epoch" }]);
    expect(second.all("snapshot")).toMatchObject([{ data: '{"home":0,"away":2,"endedAt":null}' }]);
  });

  it("can happen at the head to a subscriber that has seen no event yet, and is sent (PROTOCOL §7.3)", async () => {
    const world = await startWorld(adapter, { log: memoryLog({ retain: { events: 5 } }) });
    const reader = await (await open(world, "feed/skip")).live();
    // More entries than a wake-up carries: the tail has to read them.
    await world.topic(world.contract.feed.skip).publish(posts(...range(1, 99)));
    await reader.received(5);
    expect(reader.all("reset")).toMatchObject([{ reason: "trimmed" }]);
    expect(reader.numbers).toEqual(range(95, 99));
  });

  it("can happen to a reader that is too slow, and is sent in mid-stream (PROTOCOL §7.3)", async () => {
    const world = await startWorld(adapter, { log: memoryLog({ retain: { events: 20 } }) });
    const { skip } = world.contract.feed;
    const reader = await (await open(world, "feed/skip")).live();
    reader.pause();
    const pad = "x".repeat(100_000);
    const [connection] = world.parts.admission.streams;
    let n = 0;
    while (!connection?.full) {
      await world.topic(skip).publish({ type: "post", data: { n: ++n, pad } });
      await turns(2);
    }
    for (const _ of range(1, 50)) await world.topic(skip).publish({ type: "post", data: { n: ++n, pad } });
    reader.resume();
    await reader.until(() => reader.numbers.at(-1) === n);
    const [reset] = reader.all("reset");
    expect([reset?.reason, reader.all("reset").length, reader.all("live").length]).toEqual(["trimmed", 1, 1]);
    const at = reader.frames.findIndex(({ kind }) => kind === "reset");
    const before = reader.frames.slice(0, at).filter(({ kind }) => kind === "event").length;
    expect(reader.numbers.slice(0, before)).toEqual(range(1, before));
    expect(reader.numbers.slice(before)).toEqual(range(n - 19, n));
    expect(idOf(reader, before)).toMatch(new RegExp(`\\.${n - 19}\\.`));
  });
});
