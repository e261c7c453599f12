import { memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { ask, expectProblem } from "./ask.js";
import { liveLanes, openLanes } from "./lanes.js";
import { as, feed, gates, startLanesWorld } from "./lanes-world.js";
import { gate } from "./run-world.js";
import { eventually, turns, within } from "./within.js";

describe("lanes that are being opened are refused", () => {
  it("if the server drains: they may be opened elsewhere (PROTOCOL §5.10)", async () => {
    const slow = gates("b");
    const world = await startLanesWorld({ gate: slow.pass });
    const { lanes, reader } = await openLanes(world, [feed("a"), feed("b")]);
    await Promise.all([lanes[0]?.first("live"), slow.arrive()]);
    const drained = world.sluice.close({ timeout: 2_000 });
    await reader.first("drain");
    slow.open("b");
    expect(await lanes[1]?.first("error")).toMatchObject({ code: "unavailable", final: false, retryAfter: 1_000 });
    expect(lanes[1]?.names).toEqual(["$open", "$error"]);
    expectProblem(await ask(world, "$streams", { body: { subscriptions: [feed("a")] } }), {
      status: 503,
      code: "unavailable",
    });
    world.clock.advance(2_000);
    await within(drained, () => "close() to resolve");
    await reader.end();
    expect(reader.names.filter((name) => name === "$drain")).toHaveLength(1);
    await world.isEmpty();
  });

  it("or cut, if the drain's time is over before they are open", async () => {
    const slow = gates("a");
    const world = await startLanesWorld({ gate: slow.pass });
    const { reader } = await openLanes(world, [feed("a")]);
    await slow.arrive();
    const drained = world.sluice.drain({ timeout: 2_000 });
    world.clock.advance(2_000);
    await within(drained, () => "drain() to resolve");
    await reader.end();
    await world.isEmpty();
    slow.open("a");
    await turns(5);
    await world.isEmpty();
    expect(reader.names).toEqual(["$retry", "$retry", "$drain"]);
  });

  it.each([
    ["a tag", { tag: "user:ann" }, { code: "forbidden", final: true }],
    ["a tag, to be renewed", { tag: "id:b", reason: "unauthorized" as const }, { code: "unauthorized", final: false }],
    ["a path", { path: "feed" as const }, { code: "forbidden", final: true }],
    ["a topic", { path: "feed" as const, key: { id: "b" } }, { code: "forbidden", final: true }],
  ])("if they are revoked by %s", async (_by, filter, error) => {
    const slow = gates("b", "c");
    const world = await startLanesWorld({ gate: slow.pass });
    const { lanes } = await openLanes(world, [feed("b"), { path: "board", input: { id: "c" } }], as("ann"));
    await slow.arrive();
    expect(await world.sluice.disconnect(filter)).toEqual({ ended: 0 });
    slow.open("b");
    slow.open("c");
    expect(await lanes[0]?.first("error")).toMatchObject(error);
    expect(lanes[0]?.names).toEqual(["$open", "$error"]);
    if ("tag" in filter && filter.tag === "user:ann") await lanes[1]?.first("error");
    else await lanes[1]?.first("live");
  });

  it("if the server can't be told of revocations any more when the log was read (PROTOCOL §15)", async () => {
    const memory = memoryLog();
    const { passed, open } = gate();
    let isControlAway = false;
    let reading = 0;
    const world = await startLanesWorld({
      log: {
        ...memory,
        async open(topic, options) {
          if (topic === "$control" && isControlAway) throw new Error("away");
          if (topic.startsWith("feed")) {
            reading++;
            await passed;
          }
          return memory.open(topic, options);
        },
      },
    });
    const first = await openLanes(world, [feed("a"), feed("b"), { path: "board", input: { id: "c" } }]);
    await Promise.all([eventually(() => expect(reading).toBe(2)), first.lanes[2]?.first("live")]);
    isControlAway = true;
    world.clock.advance(2_000);
    open();
    expect(await first.lanes[0]?.first("error")).toMatchObject({ code: "unavailable", final: false });
    expect(await first.lanes[1]?.first("error")).toMatchObject({ code: "unavailable", final: false });
    expectProblem(await ask(world, "$streams", { body: { subscriptions: [feed("a")] } }), {
      status: 503,
      code: "unavailable",
    });
    expect(first.reader.over).toBe(false);
  });

  it("if they are revoked while the log is read", async () => {
    const memory = memoryLog();
    const { passed, open } = gate();
    let reading = 0;
    const world = await startLanesWorld({
      log: {
        ...memory,
        async open(topic, options) {
          if (topic.startsWith("feed") && ++reading > 0) await passed;
          return memory.open(topic, options);
        },
      },
    });
    const { lanes } = await openLanes(world, [feed("a"), feed("b")]);
    await eventually(() => expect(reading).toBe(2));
    expect(await world.sluice.disconnect({ tag: "id:a" })).toEqual({ ended: 0 });
    open();
    expect(await lanes[0]?.first("error")).toMatchObject({ code: "forbidden", final: true });
    await lanes[1]?.first("live");
    expect(lanes[0]?.names).toEqual(["$open", "$error"]);
  });

  it("if their authorisation ends", async () => {
    const slow = gates("b");
    const world = await startLanesWorld({ gate: slow.pass, expiresAt: (id) => (id === "c" ? undefined : 1_005_000) });
    const { lanes } = await openLanes(world, [feed("b"), feed("c")]);
    await Promise.all([slow.arrive(), lanes[1]?.first("live")]);
    world.clock.advance(5_000);
    slow.open("b");
    expect(await lanes[0]?.first("error")).toMatchObject({ code: "unauthorized", final: false });
    expect(lanes[0]?.names).toEqual(["$open", "$error"]);
    await world.publish("c", 1);
    await lanes[1]?.received(1);
  });

  it("if the log can't be read: they may be opened later", async () => {
    const memory = memoryLog();
    let isAway = false;
    const world = await startLanesWorld({
      log: {
        ...memory,
        open: (topic, options) =>
          isAway && topic !== "$control" ? Promise.reject(new Error("away")) : memory.open(topic, options),
      },
    });
    const first = await liveLanes(world, [feed("a")]);
    isAway = true;
    const { lanes, reader } = await openLanes(world, [feed("a"), feed("b")]);
    await lanes[0]?.first("live"); // its head is known
    expect(await lanes[1]?.first("error")).toMatchObject({ final: false });
    reader.destroy();
    first.reader.destroy();
    await world.isEmpty();
  });
});
