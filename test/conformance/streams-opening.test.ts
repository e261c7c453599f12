import { request, type Server } from "node:http";
import { SluiceError } from "@sluice/contract";
import { memoryLog } from "@sluice/server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { askedLog } from "./asked-log.js";
import { range } from "./events.js";
import { liveLanes, openLanes } from "./lanes.js";
import { as, feed, gates, startLanesWorld } from "./lanes-world.js";
import { gate } from "./run-world.js";
import { eventually, turns } from "./within.js";

describe("the lanes of a multiplexed stream are opened", () => {
  it("each on its own: one whose middleware is slow holds up no other (PROTOCOL §10.1)", async () => {
    const slow = gates("b");
    const world = await startLanesWorld({ gate: slow.pass });
    const { lanes } = await openLanes(world, [feed("a"), feed("b"), feed("c")]);
    await Promise.all([lanes[0]?.first("live"), lanes[2]?.first("live")]);
    await world.publish("a", 1);
    await world.publish("b", 2);
    await lanes[0]?.received(1);
    expect(lanes[1]?.frames).toEqual([]);
    expect(world.sluice.stats().subscriptions).toBe(2);
    slow.open("b");
    await lanes[1]?.first("live");
    await world.publish("b", 3);
    expect((await lanes[1]?.received(1))?.data).toEqual([3]);
    expect(world.parts.admission.openings.size).toBe(0);
  });

  it("each on its own: one whose middleware throws fails alone, and says what a response would", async () => {
    const world = await startLanesWorld({
      gate: (id, { errors }: { errors: { full(options: object): Error } }) => {
        if (id === "bug") throw new Error("secret");
        if (id === "full") throw errors.full({ data: { seats: 3 }, message: "No seats" });
        if (id === "busy") throw new SluiceError("tooManyRequests", { retryAfter: 7_000 });
        if (id === "ban") throw new SluiceError("forbidden");
      },
    });
    const ids = ["bug", "full", "busy", "ban"];
    const wrong = { path: "feed", input: { id: 7, only: "x" } };
    const { lanes, reader } = await openLanes(world, [...ids.map((id) => feed(id)), wrong, feed("a")]);
    await Promise.all([...lanes.slice(0, -1).map((lane) => lane.first("error")), lanes.at(-1)?.first("live")]);
    expect(lanes.slice(0, -1).map((lane) => lane.all("error")[0])).toMatchObject([
      { code: "internal", message: "Internal error", final: false },
      { code: "full", message: "No seats", data: { seats: 3 }, final: true },
      { code: "tooManyRequests", retryAfter: 7_000, final: false },
      { code: "forbidden", final: true },
      { code: "badRequest", issues: [{ path: ["id"] }, { path: ["only"] }], final: true },
    ]);
    expect(reader.text).not.toContain("secret");
    expect(world.reports).toMatchObject([{ message: "secret" }]);
    expect(world.parts.hub.size).toBe(1);
  });

  it("all at once: each topic is read once, all of them in one turn, and nothing is made that nobody asks for", async () => {
    const { log, since } = askedLog(memoryLog());
    const world = await startLanesWorld({ log, gate: () => {} });
    const made = vi.spyOn(globalThis, "AbortController");
    onTestFinished(() => made.mockRestore());
    const perTurn: number[] = [];
    let isOn = true;
    const count = () => {
      const asked = since().filter((name) => name === "open").length;
      if (asked > 0) perTurn.push(asked);
      if (isOn) setImmediate(count);
    };
    since();
    count();
    const { reader, lanes } = await liveLanes(
      world,
      range(1, 200).map((n) => feed(`${n}`)),
    );
    isOn = false;
    expect(perTurn.filter((asked) => asked > 1)).toEqual([200]);
    expect(made).not.toHaveBeenCalled();
    expect(world.calls).toEqual({ context: 1, identify: 1 });
    expect(lanes).toHaveLength(200);
    reader.destroy();
    await world.isEmpty();
    expect(made).not.toHaveBeenCalled();
  });

  it("also where several subscribe to one topic, each with its own filter and cursor", async () => {
    const world = await startLanesWorld();
    const { cursor } = await world.publish("a", 1);
    await world.publish("a", 2, 3, 4);
    const resumed = { ...feed("a"), cursor };
    const { lanes } = await liveLanes(world, [
      feed("a"),
      feed("a", { only: 2 }),
      resumed,
      feed("a", { only: 3 }),
      resumed,
    ]);
    await world.publish("a", 5, 6);
    await Promise.all([lanes[0]?.received(2), lanes[2]?.received(5), lanes[3]?.received(1), lanes[4]?.received(5)]);
    await lanes[1]?.received(1);
    expect(lanes.map(({ data }) => data)).toEqual([[5, 6], [6], [2, 3, 4, 5, 6], [6], [2, 3, 4, 5, 6]]);
    expect(world.sluice.stats()).toMatchObject({ streams: 1, subscriptions: 5, topics: 1 });
  });

  it("for a client that leaves meanwhile, which frees everything, whatever hangs", async () => {
    const slow = gates("hung", "late");
    let aborted = 0;
    const world = await startLanesWorld({
      gate: (id, { signal }) => {
        if (id === "hung") signal.addEventListener("abort", () => aborted++);
        return slow.pass(id);
      },
    });
    const run = { path: "run", input: { id: "r" } };
    const { lanes, reader } = await openLanes(world, [feed("a"), feed("hung"), feed("late"), run], as("ann"));
    await Promise.all([lanes[0]?.first("live"), lanes[3]?.received(1), slow.arrive()]);
    expect([world.parts.admission.openings.size, world.parts.admission.lanes]).toEqual([1, 4]);
    reader.destroy();
    await eventually(() => expect(world.parts.admission.streams.size).toBe(0));
    world.clock.advance(10_250);
    await world.sees("run r begins", "run r is abandoned");
    await world.isEmpty();
    expect(aborted).toBe(1);
    slow.open("late");
    await turns(5);
    await world.isEmpty();
    expect(world.reports).toEqual([]);
  });

  it("never for a client that leaves while its context is made", async () => {
    const { passed, open } = gate();
    const world = await startLanesWorld({ beforeContext: () => passed });
    const sent = request(`${world.url}/$streams`, { method: "POST", headers: { "content-type": "application/json" } });
    sent.on("error", () => {}).end(JSON.stringify({ subscriptions: [feed("a")] }));
    await eventually(() => expect(world.calls.context).toBe(1));
    sent.destroy();
    await eventually(async () => expect(await connections(world.server)).toBe(0));
    open();
    await turns(5);
    await world.isEmpty();
    expect(world.calls.identify).toBe(1);
  });
});

const connections = (server: Server) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
