import { memoryLog } from "@sluice/server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { range } from "./events.js";
import { liveLanes, openLanes } from "./lanes.js";
import { feed, laneContract, startLanesWorld } from "./lanes-world.js";
import { eventually, turns, within } from "./within.js";

const board = (id: string) => ({ path: "board", input: { id } });
const ticker = (id: string) => ({ path: "ticker", input: { id } });
const run = (id: string) => ({ path: "run", input: { id } });

describe("a lane ends, and the others go on", () => {
  it.each([
    ["by a tag", { tag: "id:a" }, [true, false, true]],
    ["by its path", { path: "feed" as const }, [true, true, true]],
    ["by its topic", { path: "feed" as const, key: { id: "a" } }, [true, false, true]],
  ])("if it is revoked %s (PROTOCOL §15)", async (_by, filter, ends) => {
    const world = await startLanesWorld();
    const subscriptions = [feed("a"), feed("b"), feed("a", { only: 2 }), board("c")];
    const { lanes, reader } = await liveLanes(world, subscriptions);
    expect(await world.sluice.disconnect(filter)).toEqual({ ended: ends.filter(Boolean).length });
    await world.publish("a", 2);
    await world.publish("b", 2);
    await world.sluice.topic(laneContract.board, { id: "c" }).publish({ type: "set", data: "x" });
    await lanes[3]?.received(1);
    for (const [index, isOver] of ends.entries()) {
      if (!isOver) await lanes[index]?.received(1);
      expect(lanes[index]?.names.at(-1)).toBe(isOver ? "$error" : "post");
    }
    expect(lanes[0]?.all("error")).toMatchObject([{ code: "forbidden", final: true }]);
    expect(reader.over).toBe(false);
    expect(world.sluice.stats().subscriptions).toBe(1 + ends.filter((isOver) => !isOver).length);
  });

  it("if another server says so", async () => {
    const log = memoryLog();
    const world = await startLanesWorld({ log });
    const other = await startLanesWorld({ log });
    const { lanes } = await liveLanes(world, [feed("a"), feed("b")]);
    expect(await other.sluice.disconnect({ tag: "id:a", reason: "unauthorized" })).toEqual({ ended: 0 });
    expect(await lanes[0]?.first("error")).toMatchObject({ code: "unauthorized", final: false });
    await other.publish("b", 1);
    await lanes[1]?.received(1);
    expect(lanes[1]?.names).toEqual(["$open", "$live", "post"]);
  });

  it("if its authorisation expires", async () => {
    const world = await startLanesWorld({ expiresAt: (id) => (id === "a" ? 1_005_000 : 1_010_000) });
    const { lanes, reader } = await liveLanes(world, [feed("a"), feed("b"), ticker("t")]);
    world.clock.advance(5_250);
    await world.publish("a", 1);
    await world.publish("b", 1);
    expect(await lanes[0]?.first("error")).toMatchObject({ code: "unauthorized", final: false });
    await lanes[1]?.received(1);
    world.clock.advance(5_000);
    await lanes[1]?.first("error");
    expect(lanes[0]?.names).toEqual(["$open", "$live", "$error"]);
    expect(reader.over).toBe(false);
    expect(world.sluice.stats()).toMatchObject({ streams: 1, subscriptions: 1, topics: 1 });
  });

  it("if its filter throws: the others of its topic get the event", async () => {
    const world = await startLanesWorld();
    const { lanes } = await liveLanes(world, [feed("a", { only: 13 }), feed("a"), feed("b")]);
    await world.publish("a", 13, 14);
    await world.publish("b", 1);
    await Promise.all([lanes[0]?.first("error"), lanes[1]?.received(2), lanes[2]?.received(1)]);
    expect(lanes[0]?.names).toEqual(["$open", "$live", "$error"]);
    expect(lanes[0]?.all("error")).toMatchObject([{ code: "internal", message: "Internal error", final: false }]);
    expect(world.reports).toMatchObject([{ message: "unlucky" }]);
  });

  it("if its history is gone (PROTOCOL §7.3)", async () => {
    const log = memoryLog();
    const world = await startLanesWorld({ log });
    const { cursor } = await world.publish("a", 1);
    const { cursor: last } = await world.publish("a", 2, 3);
    const [epoch, offset, mark] = last.split(".") as [string, string, string];
    await log.trim('feed?{"id":"a"}', { epoch, offset: Number(offset), mark });
    const { lanes } = await openLanes(world, [{ ...feed("a"), cursor }, feed("b"), { ...board("c"), cursor }]);
    await Promise.all([lanes[0]?.first("error"), lanes[1]?.first("live"), lanes[2]?.first("live")]);
    expect(lanes.map(({ names }) => names)).toEqual([
      ["$open", "$reset", "$error"],
      ["$open", "$live"],
      ["$open", "$reset", "$snapshot", "$live"],
    ]);
    expect(lanes[0]?.all("error")).toMatchObject([{ code: "gap", data: { reason: "trimmed" }, final: true }]);
    expect(lanes[2]?.all("reset")).toMatchObject([{ reason: "epoch" }]);
  });

  it("if its run is stopped: two lanes of one run get the same", async () => {
    const world = await startLanesWorld();
    const { lanes, reader } = await openLanes(world, [run("r"), run("r"), feed("a")]);
    await Promise.all([lanes[0]?.received(1), lanes[1]?.received(1), lanes[2]?.first("live")]);
    await world.sluice.topic(laneContract.run, { id: "r" }).stop();
    await Promise.all([lanes[0]?.first("end"), lanes[1]?.first("end")]);
    const told = (lane: (typeof lanes)[0]) => lane.names.filter((name) => name !== "$at" && name !== "$live");
    expect(lanes.slice(0, 2).map(told)).toEqual(Array(2).fill(["$open", "token", "$end"]));
    expect(lanes[0]?.all("end")).toEqual([{ kind: "end", lane: lanes[0]?.all("open")[0]?.lane }]);
    expect(reader.over).toBe(false);
    await world.sees("run r begins", "run r is abandoned");
  });
});

describe("a multiplexed stream", () => {
  it("ends after its last lane, whether that was open or refused (PROTOCOL §10.2)", async () => {
    const world = await startLanesWorld();
    const { lanes, reader } = await openLanes(world, [feed("a"), { path: "nothing" }]);
    await Promise.all([lanes[0]?.first("live"), lanes[1]?.first("error")]);
    expect(reader.over).toBe(false);
    await world.sluice.disconnect({ tag: "id:a" });
    await reader.end();
    expect([reader.frames.at(-1), reader.complete]).toEqual([{ kind: "end" }, true]);
    expect(reader.text.endsWith("id: $end\nevent: $end\ndata: {}\n\n")).toBe(true);
    await world.isEmpty();
  });

  it("ends with all its lanes if revocations may have been missed, and each may be opened again", async () => {
    const log = memoryLog();
    const world = await startLanesWorld({ log });
    const { lanes, reader } = await liveLanes(world, [feed("a"), board("b")]);
    await log.append("$control", [{ type: "$what", data: "{}" }]);
    await log.append("$control", [{ type: "$missed", data: '{"lost":""}' }]);
    await reader.end();
    for (const lane of lanes) expect(lane.all("error")).toMatchObject([{ code: "unavailable", final: false }]);
    await world.isEmpty();
  });

  it("has one heartbeat, and one `$at` for each lane that withholds events (PROTOCOL §4.3, §5.7)", async () => {
    const world = await startLanesWorld({ heartbeat: 1_000 });
    const { lanes, reader } = await liveLanes(world, [feed("a", { only: 5 }), feed("b")]);
    const comments = () => reader.all("comment").length;
    world.clock.advance(1_250);
    await eventually(() => expect(comments()).toBe(1));
    await world.publish("a", 1);
    await world.publish("b", 1);
    await lanes[1]?.received(1);
    world.clock.advance(1_250);
    await lanes[0]?.first("at");
    expect([comments(), lanes[1]?.all("at")]).toEqual([1, []]);
    expect(lanes[0]?.cursor).toMatch(/\.1\./);
  });

  it("has a life of its own: its client is asked once to reopen, and it is cut if it doesn't (PROTOCOL §5.10)", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5); // nine tenths of the longest life
    onTestFinished(() => random.mockRestore());
    const world = await startLanesWorld({ limits: { streamLife: 60_000 } });
    const { lanes, reader } = await liveLanes(world, [feed("a"), board("b")]);
    world.clock.advance(54_250);
    await reader.first("drain");
    await world.publish("a", 1);
    await lanes[0]?.received(1);
    world.clock.advance(5_250);
    await reader.end();
    expect([reader.all("drain").length, reader.names.includes("$end")]).toEqual([1, false]);
    await world.isEmpty();
  });

  it("goes on for all lanes while it drains, and is cut at the end (PROTOCOL §5.10)", async () => {
    const world = await startLanesWorld();
    const { lanes, reader } = await liveLanes(world, [feed("a"), feed("b")]);
    const drained = world.sluice.drain({ timeout: 3_000 });
    await reader.first("drain");
    await world.publish("a", 1);
    await world.publish("b", 2);
    await Promise.all(lanes.map((lane) => lane.received(1)));
    world.clock.advance(3_000);
    await within(drained, () => "drain() to resolve");
    await reader.end();
    expect(reader.names.filter((name) => name === "$drain" || name === "$end")).toEqual(["$drain"]);
  });

  it("sends one lane's big snapshot whole, and then what happened in the others meanwhile", async () => {
    const world = await startLanesWorld();
    const text = "é".repeat(400_000);
    const topic = world.sluice.topic(laneContract.board, { id: "big" });
    await topic.publish({ type: "set", data: text });
    const { reader, lanes } = await openLanes(world, [board("big"), feed("a"), board("small")]);
    reader.pause();
    await eventually(() => expect(world.sluice.stats().topics).toBe(3));
    for (const n of range(1, 300)) await world.publish("a", n);
    await turns(5);
    reader.resume();
    await Promise.all([lanes[0]?.first("live"), lanes[1]?.received(300), lanes[2]?.first("live")]);
    expect(JSON.parse(lanes[0]?.all("snapshot")[0]?.data as string)).toBe(text);
    expect(lanes[1]?.data).toEqual(range(1, 300));
    expect(world.sluice.stats().snapshotBytes).toBe(0);
  });
});
