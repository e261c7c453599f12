import { expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { posts, range } from "./events.js";
import { open } from "./reader.js";
import { eventually } from "./within.js";
import { startWorld } from "./world.js";

const thrown: readonly (readonly [string, () => unknown])[] = [
  ["an error", () => new Error("secret")],
  ["undefined", () => undefined],
  ["null", () => null],
  ["a text", () => "secret"],
];
const answers: readonly (readonly [string, () => unknown])[] = [
  ["nothing", () => undefined],
  ["a Promise", () => Promise.resolve(true)],
  ["a Promise that fails", () => Promise.reject(new Error("secret"))],
  ["a number", () => 1],
];
const raise = (make: () => unknown) => () => {
  throw make();
};
const headers = { "x-user": "ann" };

describeStreams("a filter", (adapter) => {
  it.each([
    ...thrown.map(([what, make]) => [`throws ${what}`, raise(make)] as const),
    ...answers.map(([what, give]) => [`gives ${what}`, give] as const),
  ])("that %s ends the stream without passing over the event, and others get all", async (_what, fail) => {
    let broken = true;
    const world = await startWorld(adapter, { keep: (n) => (n === 3 && broken ? (fail() as boolean) : true) });
    const { filtered } = world.contract.feed;
    const live = await (await open(world, "feed/filtered")).live();
    const other = await (await open(world, "feed/oldest")).live();
    await world.topic(filtered).publish(posts(1, 2));
    await live.received(2);
    await world.topic(filtered).publish(posts(3, 4));
    await world.topic(world.contract.feed.oldest).publish(posts(...range(1, 4)));
    await live.end();
    expect(live.numbers).toEqual([1, 2]);
    expect(live.all("error")).toMatchObject([{ code: "internal", final: false }]);
    await other.received(4);
    const late = await open(world, "feed/filtered");
    await late.end();
    // Reading again from the client's cursor meets the failed event again.
    expect(late.all("error")).toMatchObject([{ code: "internal", final: false }]);
    expect(world.reports).toHaveLength(2);
    broken = false;
    const again = await open(world, "feed/filtered", { lastEventId: live.events.at(-1)?.id ?? "" });
    await again.received(2);
    expect(again.numbers).toEqual([3, 4]);
  });
});

describeStreams("a snapshot", (adapter) => {
  it.each(thrown)(
    "that throws %s is a 500, or ends an open stream so that the client reconnects",
    async (_what, make) => {
      let broken = true;
      const world = await startWorld(adapter, {
        counter: async () => {
          if (broken) throw make();
          return { state: { sum: 1, last: 1 }, cursor };
        },
      });
      const { cursor } = await world.topic(world.contract.own.counter).publish({ type: "add", data: 1 });
      expectProblem(await ask(world, "own/counter", { headers }), { status: 500, code: "internal" });
      const reset = await open(world, "own/counter", { headers, lastEventId: "other.1.m" });
      await reset.end();
      expect(reset.names).toEqual(["$retry", "$open", "$reset", "$error"]);
      expect(reset.all("error")).toMatchObject([{ code: "internal", final: false }]);
      await eventually(() => expect(world.reports).toHaveLength(2));
      broken = false;
      const again = await (await open(world, "own/counter", { headers, lastEventId: "other.1.m" })).live();
      expect(again.names).toEqual(["$retry", "$open", "$reset", "$snapshot", "$live"]);
    },
  );

  it.each<[unknown, string]>([
    [undefined, "undefined"],
    [null, "null"],
    [5, "5"],
  ])("that gives %s is an error that says what is allowed", async (given, shown) => {
    const world = await startWorld(adapter, { counter: async () => given as never });
    expectProblem(await ask(world, "own/counter", { headers }), { status: 500, code: "internal" });
    const message = `snapshot() of "own/counter" gave ${shown}; allowed is { state, cursor }.`;
    expect(world.reports).toMatchObject([{ path: "own/counter", error: { message } }]);
  });

  it.each<[string, unknown]>([
    ["NaN", { sum: Number.NaN, last: 1 }],
    ["of another type", { sum: "1", last: 1 }],
    ["undefined", undefined],
  ])("whose state is %s is an error, and told to onError", async (_what, state) => {
    const world = await startWorld(adapter, { counter: async () => ({ state: state as never, cursor }) });
    const { cursor } = await world.topic(world.contract.own.counter).publish({ type: "add", data: 1 });
    expectProblem(await ask(world, "own/counter", { headers }), { status: 500, code: "internal" });
    const message = expect.stringMatching(/"own\/counter" gave a state that does not fit its schema/);
    expect(world.reports).toMatchObject([{ path: "own/counter", error: { message } }]);
  });
});
