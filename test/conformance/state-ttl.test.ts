import { memoryLog } from "@sluice/server";
import { expect, it } from "vitest";
import { type Adapter, describeStreams } from "./adapters.js";
import { goal } from "./events.js";
import { open } from "./reader.js";
import { eventually } from "./within.js";
import { startWorld } from "./world.js";

const input = { matchId: "m1" };
const initial = '{"home":0,"away":0,"endedAt":null}';
const stateTtl = 60_000;

/** A server whose scores have a stateTtl, and a client that has seen one goal. */
async function startForgetful(adapter: Adapter) {
  let now = 1_000_000;
  const retain = { "scores/watch": { stateTtl } };
  const world = await startWorld(adapter, { log: memoryLog({ now: () => now }), retain });
  const { watch } = world.contract.scores;
  const reader = await (await open(world, "scores/watch", { input })).live();
  await world.topic(watch, input).publish(goal("home"));
  await reader.received(1);
  return {
    world,
    watch,
    reader,
    pass(ms: number) {
      now += ms;
    },
    async leave() {
      reader.destroy();
      await eventually(() => expect(world.log.watchers).toBe(0));
    },
    resume: async () => (await open(world, "scores/watch", { input, lastEventId: reader.cursor })).live(),
  };
}

describeStreams("a topic whose stateTtl is over", (adapter) => {
  it("resets a returning client to the initial state (PROTOCOL §7.3, §8)", async () => {
    const { world, watch, reader, pass, leave, resume } = await startForgetful(adapter);
    await leave();
    pass(stateTtl);
    const back = await resume();
    expect(back.names).toEqual(["$retry", "$open", "$reset", "$snapshot", "$live"]);
    const [[reset], [snapshot]] = [back.all("reset"), back.all("snapshot")];
    expect(reset).toMatchObject({ reason: "epoch", oldest: snapshot?.id, head: snapshot?.id });
    expect(snapshot).toMatchObject({ data: initial });
    expect(snapshot?.id).not.toContain(reader.cursor.split(".")[0]);
    await world.topic(watch, input).publish(goal("away"));
    await back.received(1);
    const { state } = await world.sluice.topic(watch, input).state();
    expect(state).toEqual({ home: 0, away: 1, endedAt: null });
  });

  it("gives a new client the initial state", async () => {
    const { world, watch, pass, leave } = await startForgetful(adapter);
    await leave();
    pass(stateTtl);
    const { state } = await world.sluice.topic(watch, input).state();
    expect(state).toEqual({ home: 0, away: 0, endedAt: null });
    const late = await (await open(world, "scores/watch", { input })).live();
    expect(late.names).toEqual(["$retry", "$open", "$snapshot", "$live"]);
    expect(late.all("snapshot")[0]).toMatchObject({ data: initial });
  });

  it("is not freed while it has a subscriber, nor until stateTtl has passed since the last one left", async () => {
    const { pass, leave, resume } = await startForgetful(adapter);
    pass(3 * stateTtl);
    const second = await resume();
    expect(second.names).toEqual(["$retry", "$open", "$live"]);
    second.destroy();
    await leave();
    pass(stateTtl - 1);
    expect((await resume()).names).toEqual(["$retry", "$open", "$live"]);
  });
});
