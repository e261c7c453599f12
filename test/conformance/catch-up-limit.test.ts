import { expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { goal, posts, range } from "./events.js";
import { open } from "./reader.js";
import { turns } from "./within.js";
import { startWorld, type World } from "./world.js";

const limits = { catchUpEvents: 10 };
const input = { matchId: "m1" };
const pad = "x".repeat(100_000);

/** Publishes until a stalled reader's socket is full, and then `more` events. Returns the total. */
async function outrun(world: World, publish: (n: number) => Promise<unknown>, more: number): Promise<number> {
  const [connection] = world.parts.admission.streams;
  let n = 0;
  while (!connection?.full) {
    await publish(++n);
    await turns(2);
  }
  for (const _ of range(1, more)) await publish(++n);
  return n;
}

describeStreams("more to catch up with than the limit", (adapter) => {
  it("gets $reset limit and a fresh $snapshot with state (PROTOCOL §7.3)", async () => {
    const world = await startWorld(adapter, { limits });
    const { watch } = world.contract.scores;
    const { cursor } = await world.topic(watch, input).publish(goal("home"));
    await world.topic(watch, input).publish(range(1, 10).map(() => goal("away")));
    const within = await (await open(world, "scores/watch", { input, lastEventId: cursor })).live();
    expect([within.names.slice(0, 2), within.events.length, within.all("reset")]).toEqual([
      ["$retry", "$open"],
      10,
      [],
    ]);
    await world.topic(watch, input).publish(goal("away"));
    const beyond = await (await open(world, "scores/watch", { input, lastEventId: cursor })).live();
    expect(beyond.names).toEqual(["$retry", "$open", "$reset", "$snapshot", "$live"]);
    expect(beyond.all("reset")[0]).toMatchObject({ reason: "limit", head: beyond.cursor });
    expect(beyond.all("snapshot")[0]?.data).toBe('{"home":1,"away":11,"endedAt":null}');
    await world.topic(watch, input).publish(goal("home"));
    await beyond.received(1);
    expect(world.sluice.stats()).toMatchObject({ resumes: 1, resets: 1 });
  });

  it("ends a subscription without state with the final error gap (PROTOCOL §5.6, §7.3)", async () => {
    const world = await startWorld(adapter, { limits });
    const { head } = world.contract.feed;
    const { cursor } = await world.topic(head).publish(posts(1));
    await world.topic(head).publish(posts(...range(2, 12)));
    const reader = await (await open(world, "feed/head", { lastEventId: cursor })).end();
    expect(reader.names).toEqual(["$retry", "$open", "$reset", "$error"]);
    const { reason, oldest, head: newest } = await reader.first("reset");
    expect([reason, oldest.split(".")[1], newest.split(".")[1]]).toEqual(["limit", "2", "12"]);
    expect(reader.all("error")).toMatchObject([{ code: "gap", final: true, data: { reason, oldest, head: newest } }]);
  });

  it("lets a subscriber that may skip continue from the reset's cursor (PROTOCOL §5.6, §7.3)", async () => {
    const world = await startWorld(adapter, { limits });
    const { skip } = world.contract.feed;
    const { cursor } = await world.topic(skip).publish(posts(1));
    await world.topic(skip).publish(posts(...range(2, 600)));
    const reader = await (await open(world, "feed/skip", { lastEventId: cursor })).live();
    const { oldest } = await reader.first("reset");
    expect(reader.all("reset")).toMatchObject([{ reason: "limit" }]);
    expect(reader.all("at")).toEqual([{ kind: "at", id: oldest }]);
    expect(reader.numbers).toEqual(range(591, 600));
    await world.topic(skip).publish(posts(601));
    await reader.received(11);
  });

  it("does not limit a client without a cursor (PROTOCOL §7.1)", async () => {
    const world = await startWorld(adapter, { limits });
    await world.topic(world.contract.feed.oldest).publish(posts(...range(1, 600)));
    const reader = await (await open(world, "feed/oldest")).live();
    expect([reader.numbers, reader.all("reset")]).toEqual([range(1, 600), []]);
  });

  it("can happen to a reader that is too slow, which then skips events beyond the limit (PROTOCOL §7.3)", async () => {
    const world = await startWorld(adapter, { limits });
    const { skip } = world.contract.feed;
    const reader = await (await open(world, "feed/skip")).live();
    reader.pause();
    const n = await outrun(world, (i) => world.topic(skip).publish({ type: "post", data: { n: i, pad } }), 50);
    reader.resume();
    await reader.until(() => reader.numbers.at(-1) === n);
    expect(reader.all("reset")).toMatchObject([{ reason: "limit" }]);
    const at = reader.frames.findIndex(({ kind }) => kind === "reset");
    const before = reader.frames.slice(0, at).filter(({ kind }) => kind === "event").length;
    expect(reader.numbers).toEqual([...range(1, before), ...range(n - 9, n)]);
    expect(reader.all("live").length).toBe(1);
  });

  it("resets only once for a snapshot that is itself beyond the limit, and then catches up (PROTOCOL §7.3)", async () => {
    let first = "";
    const world = await startWorld(adapter, {
      limits,
      counter: async () => ({ state: { sum: 1, last: 1 }, cursor: first }),
    });
    const { counter } = world.contract.own;
    const add = (n: number) => world.topic(counter).publish({ type: "add", data: n });
    first = (await add(1)).cursor;
    for (const n of range(2, 40)) await add(n);
    const reader = await (await open(world, "own/counter", { lastEventId: first })).live();
    expect(reader.names.slice(0, 4)).toEqual(["$retry", "$open", "$reset", "$snapshot"]);
    expect(reader.data).toEqual(range(2, 40));
    expect(reader.all("reset")).toMatchObject([{ reason: "limit" }]);
  });
});
