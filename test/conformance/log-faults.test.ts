import { type Log, memoryLog } from "@sluice/server";
import { expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { goal, posts } from "./events.js";
import { open } from "./reader.js";
import { turns } from "./within.js";
import { startWorld } from "./world.js";

/** `look`: where a topic ends or begins, `read`: its entries. */
type Asked = "append" | "look" | "read";

/** A memory log that fails, a while after it was asked, as long as what it was asked for is in `broken`. */
function failingLog() {
  const log = memoryLog();
  const broken = new Set<Asked>();
  const failing =
    <Args extends unknown[], Result>(name: Asked, method: (...args: Args) => Promise<Result>) =>
    async (...args: Args) => {
      if (broken.has(name)) {
        await turns(3);
        throw new Error("the engine is away");
      }
      return method(...args);
    };
  const wrapped: Log = {
    ...log,
    append: failing("append", log.append),
    open: (...args) => failing(args[1].limit > 0 ? "read" : "look", log.open)(...args),
  };
  return { log: wrapped, broken };
}

/** The names of an error and of all that led to it. */
const causesOf = (error: unknown): string[] => (error instanceof Error ? [error.name, ...causesOf(error.cause)] : []);

describeStreams("a log that fails for a while", (adapter) => {
  it.each(["look", "read"] as const)(
    "answers 500 where a %s fails before the stream, and serves again after (PROTOCOL §3)",
    async (asked) => {
      const { log, broken } = failingLog();
      const world = await startWorld(adapter, { log });
      broken.add(asked);
      const options = { input: { matchId: "m1" } };
      expectProblem(await ask(world, "scores/watch", options), { status: 500, code: "internal" });
      expect(world.reports.length).toBe(1);
      broken.clear();
      await (await open(world, "scores/watch", options)).live();
      expect(world.log.watchers).toBe(1);
    },
  );

  it("ends a stream that it fails under with an error that is not final, so that the client comes again (PROTOCOL §5.8)", async () => {
    const { log, broken } = failingLog();
    const world = await startWorld(adapter, { log });
    const { cursor } = await world.publish(world.contract.feed.head, undefined, posts(1));
    broken.add("read");
    const reader = await (await open(world, "feed/head", { lastEventId: cursor })).end();
    expect(reader.all("error")).toEqual([{ kind: "error", code: "internal", message: "Internal error", final: false }]);
    expect(reader.text).not.toContain("$end");
    expect(world.reports).toMatchObject([{ path: "feed/head" }]);
  });

  it("leaves nobody behind who stands at the head (PROTOCOL §4.2)", async () => {
    const { log, broken } = failingLog();
    const world = await startWorld(adapter, { log });
    const reader = await (await open(world, "feed/head")).live();
    broken.add("read");
    await world.publish(world.contract.feed.head, undefined, posts(1));
    await reader.until(() => reader.over || reader.events.length === 1, "the event, or a cut");
    broken.clear();
    const again = await (await open(world, "feed/head", { lastEventId: reader.cursor })).live();
    expect([...reader.numbers, ...again.numbers]).toEqual([1]);
  });

  it("goes on to be followed, also where more was appended while it failed (PROTOCOL §4.2)", async () => {
    const { log, broken } = failingLog();
    const world = await startWorld(adapter, { log });
    const publish = (n: number) => world.publish(world.contract.feed.head, undefined, posts(n));
    const reader = await (await open(world, "feed/head")).live();
    broken.add("read");
    await publish(1);
    await turns(1);
    broken.clear();
    await publish(2);
    await reader.received(2);
    expect(world.reports.length).toBe(1);
    await publish(3);
    expect((await reader.received(3)).numbers).toEqual([1, 2, 3]);
  });

  it("says nothing of a topic's name where its events don't fold, and onError why they don't (PROTOCOL §6.4)", async () => {
    const log = memoryLog();
    const world = await startWorld(adapter, { log });
    await world.publish(world.contract.scores.watch, { matchId: "secret" }, goal("home"));
    await log.append('scores/watch?{"matchId":"secret"}', [{ type: "goal", data: '"odd"' }], { stateful: true });
    const answer = await ask(world, "scores/watch", { input: { matchId: "secret" } });
    expectProblem(answer, { status: 503, code: "unavailable" });
    expect(answer.text).not.toContain("secret");
    expect(world.reports.map(({ path }) => path)).toEqual(["scores/watch"]);
    expect(causesOf(world.reports[0]?.error)).toEqual(expect.arrayContaining(["ContractSkewError", "ValidationError"]));
  });
});
