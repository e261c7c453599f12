import { createPublisher, memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { type Adapter, describeStreams } from "./adapters.js";
import { goal, posts } from "./events.js";
import { open } from "./reader.js";
import { gate, runContract, startRunWorld } from "./run-world.js";
import { eventually } from "./within.js";
import { startWorld } from "./world.js";

const input = { matchId: "m1" };
const initial = '{"home":0,"away":0,"endedAt":null}';

/** Two servers and a publisher on one log, each of which deletes. */
async function startTwo(adapter: Adapter, by: "this server" | "another server" | "a publisher") {
  const log = memoryLog();
  const [world, other] = [await startWorld(adapter, { log }), await startWorld(adapter, { log })];
  const { topic } =
    by === "a publisher" ? createPublisher(world.contract, { log }) : by === "this server" ? world : other;
  return { world, topic, contract: world.contract };
}

describeStreams("topic().delete()", (adapter) => {
  it.each(["this server", "another server", "a publisher"] as const)(
    "resets open subscribers with state to the initial state, by %s (PROTOCOL §5.6, §8)",
    async (by) => {
      const { world, topic, contract } = await startTwo(adapter, by);
      const match = topic(contract.scores.watch, input);
      const reader = await (await open(world, "scores/watch", { input })).live();
      const first = await match.publish(goal("home"), { idempotencyKey: "k" });
      await reader.received(1);
      await match.delete();
      await reader.until(() => reader.all("snapshot").length === 2);
      expect(reader.all("reset")).toMatchObject([{ reason: "epoch" }]);
      expect(reader.all("snapshot")[1]).toMatchObject({ data: initial });
      await match.delete();
      expect((await match.state()).state).toEqual({ home: 0, away: 0, endedAt: null });
      const again = await match.publish(goal("away"), { idempotencyKey: "k" });
      expect([again.duplicate, again.cursor.split(".")[0] === first.cursor.split(".")[0]]).toEqual([false, false]);
      await reader.received(2);
      expect((await match.state()).state).toMatchObject({ home: 0, away: 1 });
      const late = await (await open(world, "scores/watch", { input, lastEventId: first.cursor })).live();
      expect(late.names.slice(0, 5)).toEqual(["$retry", "$open", "$reset", "$snapshot", "$live"]);
    },
  );

  it("ends subscribers without state with gap, or lets them go on where gaps may be skipped (PROTOCOL §7.3)", async () => {
    const { world, topic, contract } = await startTwo(adapter, "another server");
    const readers = {
      oldest: await (await open(world, "feed/oldest")).live(),
      skip: await (await open(world, "feed/skip")).live(),
    };
    for (const name of ["oldest", "skip"] as const) {
      await topic(contract.feed[name]).publish(posts(1, 2));
      await readers[name].received(2);
      await topic(contract.feed[name]).delete();
    }
    await readers.oldest.end();
    expect(readers.oldest.names.slice(-2)).toEqual(["$reset", "$error"]);
    expect(readers.oldest.all("error")).toMatchObject([{ code: "gap", final: true }]);
    await readers.skip.first("reset");
    await topic(contract.feed.skip).publish(posts(3));
    await readers.skip.received(3);
    expect(readers.skip.numbers).toEqual([1, 2, 3]);
  });
});

describe("topic().delete() of a resumable run", () => {
  it.each(["sum", "list"] as const)("ends one that is over, and its key starts a new one: %s", async (path) => {
    const world = await startRunWorld();
    const asked = { input: { id: "r", count: 3 } };
    await (await open(world, path, asked)).end();
    const topic = world.sluice.topic(runContract[path], { id: "r", count: 3 });
    await topic.delete();
    const again = await (await open(world, path, { input: { id: "r", count: 2 } })).end();
    expect([again.data, again.names.at(-1), world.starts]).toEqual([[1, 1], "$end", ["r", "r"]]);
    expect(world.errors).toEqual([]);
  });

  it.each(["sum", "list"] as const)("aborts one that is under way, on another server: %s", async (path) => {
    const aborted = gate();
    const log = memoryLog();
    const last = (signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(aborted.open()));
      });
    const [one, two] = [await startRunWorld({ log, last }), await startRunWorld({ log })];
    const reader = await (await open(one, path, { input: { id: "r", count: 3 } })).received(3);
    await two.sluice.topic(runContract[path], { id: "r", count: 3 }).delete();
    await reader.end();
    expect(reader.all("error")).toMatchObject([{ final: true, code: "gap" }]);
    one.clock.advance(60_000);
    await aborted.passed;
    await eventually(() => expect(one.returned).toBe(1));
    const again = await (await open(two, path, { input: { id: "r", count: 2 } })).end();
    expect([again.data, again.names.at(-1)]).toEqual([[1, 1], "$end"]);
    expect([one.errors, two.errors]).toEqual([[], []]);
  });
});
