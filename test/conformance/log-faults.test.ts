import { type Log, LogError, memoryLog } from "@sluice/server";
import { expect, it } from "vitest";
import { untold } from "../../packages/server/src/topic/read-log.test-kit.js";
import { describeStreams } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { goal, posts, range } from "./events.js";
import { open } from "./reader.js";
import { turns } from "./within.js";
import { startWorld } from "./world.js";

/** A memory log whose reads fail, with a delay, while it is broken. Its wake-ups carry no entries. */
function failingLog(fault = new Error("the engine is away")) {
  const log = memoryLog();
  const state = { isBroken: false, breaksAfterNext: false };
  const failing: Log = {
    ...untold(log),
    async open(...args) {
      if (state.isBroken) {
        await turns(3);
        throw fault;
      }
      state.isBroken = state.breaksAfterNext;
      return log.open(...args);
    },
  };
  return { log: failing, state };
}

/** The names of an error and of all its causes. */
const causesOf = (error: unknown): string[] => (error instanceof Error ? [error.name, ...causesOf(error.cause)] : []);

describeStreams("a log that fails for a while", (adapter) => {
  it.each([
    ["a state", "scores/watch", { matchId: "m1" }],
    ["the head", "feed/head", undefined],
    ["the oldest", "feed/oldest", undefined],
  ])("answers 500 if reading %s fails, and serves again after (PROTOCOL §3)", async (_, path, input) => {
    const { log, state } = failingLog();
    const world = await startWorld(adapter, { log });
    state.isBroken = true;
    const options = input ? { input } : {};
    expectProblem(await ask(world, path, options), { status: 500, code: "internal" });
    expect([world.reports.length, world.log.watchers]).toEqual([1, 0]);
    state.isBroken = false;
    await (await open(world, path, options)).live();
    expect(world.log.watchers).toBe(1);
  });

  it.each(["unavailable", "unknown"] as const)(
    "answers 503 if its store is unavailable (%s), and reports the cause to onError (PROTOCOL §3)",
    async (code) => {
      const fault = new LogError(code, "no connection to the store");
      const { log, state } = failingLog(fault);
      const world = await startWorld(adapter, { log });
      state.isBroken = true;
      const answer = await ask(world, "feed/head", {});
      expectProblem(answer, { status: 503, code: "unavailable" });
      expect(JSON.stringify(answer)).not.toContain("no connection");
      expect(world.reports).toMatchObject([{ error: fault, path: "feed/head" }]);
      state.isBroken = false;
      await (await open(world, "feed/head")).live();
    },
  );

  it("ends a stream with an error that is not final, so that the client reconnects (PROTOCOL §5.8)", async () => {
    const { log, state } = failingLog();
    const world = await startWorld(adapter, { log });
    const { cursor } = await world.topic(world.contract.feed.head).publish(posts(1));
    await world.topic(world.contract.feed.head).publish(posts(...range(2, 300))); // more than one page
    state.breaksAfterNext = true;
    const reader = await (await open(world, "feed/head", { lastEventId: cursor })).end();
    expect(reader.all("error")).toEqual([{ kind: "error", code: "internal", message: "Internal error", final: false }]);
    expect(reader.text).not.toContain("$end");
    expect(world.reports).toMatchObject([{ path: "feed/head" }]);
  });

  it("loses no event for a reader at the head (PROTOCOL §4.2)", async () => {
    const { log, state } = failingLog();
    const world = await startWorld(adapter, { log });
    const reader = await (await open(world, "feed/head")).live();
    state.isBroken = true;
    await world.topic(world.contract.feed.head).publish(posts(1));
    await reader.until(() => reader.over || reader.events.length === 1, "the event, or a cut");
    state.isBroken = false;
    const again = await (await open(world, "feed/head", { lastEventId: reader.cursor })).live();
    expect([...reader.numbers, ...again.numbers]).toEqual([1]);
  });

  it("is followed again, even if more was appended while it failed (PROTOCOL §4.2)", async () => {
    const { log, state } = failingLog();
    const world = await startWorld(adapter, { log });
    const publish = (n: number) => world.topic(world.contract.feed.head).publish(posts(n));
    const reader = await (await open(world, "feed/head")).live();
    state.isBroken = true;
    await publish(1);
    await turns(1);
    state.isBroken = false;
    await publish(2);
    await reader.received(2);
    expect(world.reports.length).toBe(1);
    await publish(3);
    expect((await reader.received(3)).numbers).toEqual([1, 2, 3]);
  });

  it("hides a topic's name when its events don't fold, and reports the cause to onError (PROTOCOL §6.4)", async () => {
    const log = memoryLog();
    const world = await startWorld(adapter, { log });
    await world.topic(world.contract.scores.watch, { matchId: "secret" }).publish(goal("home"));
    await log.append('scores/watch?{"matchId":"secret"}', [{ type: "goal", data: '"odd"' }], { stateful: true });
    const answer = await ask(world, "scores/watch", { input: { matchId: "secret" } });
    expectProblem(answer, { status: 503, code: "unavailable" });
    expect(answer.text).not.toContain("secret");
    expect(world.reports.map(({ path }) => path)).toEqual(["scores/watch"]);
    expect(causesOf(world.reports[0]?.error)).toEqual(expect.arrayContaining(["ContractSkewError", "ValidationError"]));
  });
});
