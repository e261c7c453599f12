import { expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { goal } from "./events.js";
import { inLanes, isNeighbours } from "./in-lanes.js";
import { open } from "./reader.js";
import { eventually } from "./within.js";
import { startWorld } from "./world.js";

/** As long as `express.json()` allows, and longer than any URL. */
const matchId = "m".repeat(90_000);
const input = { matchId };

describeStreams("an input that is too long for a name", (adapter) => {
  it("is served, resumed and kept apart like any other (PROTOCOL §6.4)", async () => {
    const world = await startWorld(adapter);
    const { watch } = world.contract.scores;
    const reader = await (await open(world, "scores/watch", { body: { input } })).live();
    await world.topic(watch, input).publish(goal("home", 1));
    await world.topic(watch, { matchId: `${matchId}x` }).publish(goal("home", 2));
    await reader.received(1);
    const { cursor } = reader;
    reader.destroy();
    await world.topic(watch, input).publish(goal("home", 3));
    const again = await (await open(world, "scores/watch", { body: { input, cursor } })).live();
    expect(again.data).toEqual([{ team: "home", minute: 3 }]);
    expect(again.all("reset")).toEqual([]);
    expect((await world.sluice.topic(watch, input).state()).state).toMatchObject({ home: 2 });
  });

  it("is the only one that disconnect finds, open or being opened", async () => {
    let letIn: () => void = () => {};
    let isGated = false;
    const gate = () => (isGated ? new Promise<void>((resolve) => (letIn = resolve)) : undefined);
    const world = await startWorld(adapter, { gate });
    const reader = await (await open(world, "scores/watch", { body: { input } })).live();
    const other = { matchId: `${matchId}x` };
    await (await open(world, "scores/watch", { body: { input: other } })).live();
    isGated = true;
    const refused = open(world, "scores/watch", { body: { input } });
    await eventually(() => expect(world.parts.admission.openings.size).toBe(1));
    expect(await world.sluice.disconnect({ path: "scores/watch", key: input })).toEqual({ ended: 1 });
    letIn();
    await reader.end();
    expect((await refused).status).toBe(403);
    if (!inLanes) expect(world.sluice.stats().streams).toBe(1);
  });

  it("leaves only short names of topics and clients behind", async () => {
    const topics = new Set<string>();
    const world = await startWorld(adapter);
    const { take } = world.parts.hub;
    world.parts.hub.take = (topic, procedure) => {
      topics.add(topic);
      return take.call(world.parts.hub, topic, procedure);
    };
    await (await open(world, "scores/watch", { body: { input }, headers: { "x-client": "c".repeat(9_000) } })).live();
    const kept = [...[...topics].filter((topic) => !isNeighbours(topic)), ...world.parts.admission.clients.keys()];
    expect([kept.length, kept.every((name) => name.length < 100)]).toEqual([2, true]);
  });
});
