import { describe, expect, it } from "vitest";
import { liveLanes, openLanes } from "./lanes.js";
import { as, feed, laneContract, room, startLanesWorld } from "./lanes-world.js";
import { eventually, turns } from "./within.js";

const ticker = (id: string) => ({ path: "ticker", input: { id } });

describe("who subscribes in lanes", () => {
  it("is somebody of the same visit in all their streams: a merge or a reconnect doesn't show", async () => {
    const world = await startLanesWorld();
    const { clock, sees } = world;
    const base = await liveLanes(world, [room("a"), feed("x")], as("ann"));
    expect(base.lanes.map((lane) => lane.all("open")[0]?.attended)).toEqual([true, undefined]);
    await sees("ann joined a");
    const newcomer = await liveLanes(world, [room("b")], as("ann"));
    await sees("ann joined a", "ann joined b");
    const merged = await liveLanes(world, [room("a"), feed("x"), room("b")], as("ann"));
    base.reader.destroy();
    newcomer.reader.destroy();
    await eventually(() => expect(world.sluice.stats().streams).toBe(1));
    clock.advance(60_000);
    merged.reader.destroy();
    await eventually(() => expect(world.sluice.stats().streams).toBe(0));
    clock.advance(4_500);
    const back = await liveLanes(world, [room("a"), room("b")], as("ann"));
    clock.advance(60_000);
    await turns(5);
    await sees("ann joined a", "ann joined b");
    back.reader.destroy();
    await eventually(() => expect(world.sluice.stats().streams).toBe(0));
    clock.advance(5_250);
    await sees("ann joined a", "ann joined b", "ann left a", "ann left b");
  });

  it("leaves what their next stream has no more, after the linger, while the stream stays", async () => {
    const world = await startLanesWorld();
    const first = await liveLanes(world, [room("a"), room("b"), ticker("t")], as("ann"));
    await world.sees("ann joined a", "ann joined b", "source of t begins");
    const second = await liveLanes(world, [room("a")], as("ann"));
    first.reader.destroy();
    await eventually(() => expect(world.sluice.stats().streams).toBe(1));
    world.clock.advance(5_250);
    await world.sees(...["ann joined a", "ann joined b", "source of t begins"], ...["ann left b", "source of t ends"]);
    await turns(5);
    expect(second.reader.over).toBe(false);
    expect(world.sluice.stats().subscriptions).toBe(1);
  });

  it("leaves at once where a lane is ended as forbidden", async () => {
    const world = await startLanesWorld();
    const { reader } = await liveLanes(world, [room("a"), room("b"), feed("x")], as("ann"));
    await world.sees("ann joined a", "ann joined b");
    await world.sluice.topic(laneContract.room, { id: "a" }).disconnect();
    await world.sees("ann joined a", "ann joined b", "ann left a");
    expect(reader.over).toBe(false);
  });

  it("gets what a source brings, which runs once for all of them", async () => {
    const world = await startLanesWorld();
    const { lanes } = await openLanes(world, [ticker("t"), ticker("t"), feed("x")]);
    await Promise.all([lanes[0]?.received(1), lanes[1]?.received(1)]);
    const other = await liveLanes(world, [ticker("t")]);
    await turns(5);
    await world.sees("source of t begins");
    other.reader.destroy();
  });
});
