import { describe, expect, it } from "vitest";
import { ask, expectProblem } from "./ask.js";
import { liveLanes, openLanes } from "./lanes.js";
import { as, feed, room, startLanesWorld } from "./lanes-world.js";
import { gate } from "./run-world.js";
import { eventually } from "./within.js";

const tooMany = { code: "tooManyRequests", message: "Too many subscriptions of this client", final: false };

describe("limits of multiplexed streams", () => {
  it("subscriptionsPerClient refuses the lanes beyond it, and serves the others; an unknown client has no such limit", async () => {
    const world = await startLanesWorld({ limits: { subscriptionsPerClient: 3 } });
    const names = ["a", "b", "c", "d", "e"].map((id) => feed(id));
    const { lanes, reader } = await openLanes(world, names, as("ann"));
    await Promise.all([lanes[2]?.first("live"), lanes[3]?.first("error"), lanes[4]?.first("error")]);
    expect(lanes.map(({ names: each }) => each.at(-1))).toEqual(["$live", "$live", "$live", "$error", "$error"]);
    expect(lanes[4]?.all("error")).toMatchObject([{ ...tooMany, retryAfter: 5_000 }]);
    await liveLanes(world, names);
    await liveLanes(world, names.slice(0, 3), as("bob"));
    reader.destroy();
    await eventually(() => expect(world.parts.admission.lanesOfClients.get("ann")).toBeUndefined());
    await liveLanes(world, names.slice(2), as("ann"));
  });

  it("subscriptionsPerClient counts those that are being opened, and no more those that are refused or ended", async () => {
    const { passed, open } = gate();
    const world = await startLanesWorld({
      limits: { subscriptionsPerClient: 2 },
      gate: (id) => (id === "slow" ? passed : undefined),
    });
    const wrong = await openLanes(world, Array(3).fill({ path: "feed", input: 7 }), as("ann"));
    await wrong.reader.end();
    const first = await openLanes(world, [feed("slow"), feed("a"), feed("b")], as("ann"));
    await Promise.all([first.lanes[1]?.first("live"), first.lanes[2]?.first("error")]);
    const second = await openLanes(world, [feed("c")], as("ann"));
    expect(await second.lanes[0]?.first("error")).toMatchObject(tooMany);
    expect(await world.sluice.disconnect({ tag: "id:a" })).toEqual({ ended: 1 });
    await liveLanes(world, [feed("c")], as("ann"));
    open();
    await first.lanes[0]?.first("live");
    expect(world.parts.admission.lanesOfClients.get("ann")).toBe(2);
  });

  it("subscriptionsPerClient has to hold a client twice while it changes its streams; what was refused succeeds later", async () => {
    const world = await startLanesWorld({ limits: { subscriptionsPerClient: 3 } });
    const base = await liveLanes(world, [feed("a"), feed("b")], as("ann"));
    const next = await openLanes(world, [feed("a"), feed("b"), feed("c")], as("ann"));
    await Promise.all([next.lanes[0]?.first("live"), next.lanes[1]?.first("error"), next.lanes[2]?.first("error")]);
    base.reader.destroy();
    await eventually(() => expect(world.sluice.stats().streams).toBe(1));
    await liveLanes(world, [feed("b"), feed("c")], as("ann"));
  });

  it("subscriptions refuses the lanes beyond it, whoever opens them", async () => {
    const world = await startLanesWorld({ limits: { subscriptions: 3 } });
    await liveLanes(world, [feed("a"), feed("b")], as("ann"));
    const { lanes, reader } = await openLanes(world, [feed("a"), feed("b")]);
    await lanes[0]?.first("live");
    expect(await lanes[1]?.first("error")).toMatchObject({ code: "unavailable", final: false, retryAfter: 5_000 });
    reader.destroy();
    await eventually(() => expect(world.parts.admission.lanes).toBe(2));
    await liveLanes(world, [feed("b")]);
  });

  it("streams and streamsPerClient count a multiplexed stream as one", async () => {
    const world = await startLanesWorld({ limits: { streams: 3, streamsPerClient: 1 } });
    const { reader } = await liveLanes(world, [feed("a"), feed("b"), feed("c"), room("d")], as("ann"));
    const body = { subscriptions: [feed("a")] };
    const second = await ask(world, "$streams", { body, ...as("ann") });
    expectProblem(second, { status: 429, code: "tooManyRequests" });
    expect(second.headers["retry-after"]).toBe("5");
    await liveLanes(world, [feed("a")], as("bob"));
    await liveLanes(world, [feed("a")], as("cid"));
    expectProblem(await ask(world, "$streams", { body, ...as("dan") }), { status: 503, code: "unavailable" });
    expect(world.sluice.stats()).toMatchObject({ streams: 3, subscriptions: 6 });
    reader.destroy();
    await eventually(() => expect(world.sluice.stats().streams).toBe(2));
    await liveLanes(world, [feed("a")], as("ann"));
  });

  it("newTopicsPerClient refuses the lanes beyond it", async () => {
    const world = await startLanesWorld({ limits: { newTopicsPerClient: 2 } });
    await liveLanes(world, [feed("c")], as("bob"));
    const { lanes } = await openLanes(
      world,
      ["a", "b", "c", "d"].map((id) => feed(id)),
      as("ann"),
    );
    await Promise.all([lanes[2]?.first("live"), lanes[3]?.first("error")]);
    expect(lanes.map(({ names }) => names.at(-1))).toEqual(["$live", "$live", "$live", "$error"]);
    expect(lanes[3]?.all("error")).toMatchObject([{ code: "tooManyRequests", retryAfter: expect.any(Number) }]);
  });

  it("inputBytes applies to the whole request, which says no number of subscriptions then", async () => {
    const world = await startLanesWorld({ limits: { inputBytes: 10_000 } });
    const pad = "x".repeat(6_000);
    const both = await ask(world, "$streams", { body: { subscriptions: [feed("a", { pad }), feed("b", { pad })] } });
    expectProblem(both, { status: 413, code: "payloadTooLarge" });
    expect(both.json).not.toHaveProperty("data");
    await liveLanes(world, [feed("a", { pad })]);
  });

  it("an input that is nested too deeply is refused in its lane (PROTOCOL §2.4)", async () => {
    const world = await startLanesWorld();
    const deep = JSON.parse(`${"[".repeat(300)}${"]".repeat(300)}`);
    const { lanes } = await openLanes(world, [{ path: "feed", input: deep }, feed("a")]);
    await lanes[1]?.first("live");
    expect(await lanes[0]?.first("error")).toMatchObject({
      code: "badRequest",
      message: "The input is nested deeper than 256 levels",
      final: true,
    });
  });
});
