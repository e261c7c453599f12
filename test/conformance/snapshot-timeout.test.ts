import { expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { clientInProcess } from "./in-process.js";
import { open } from "./reader.js";
import { eventually, turns } from "./within.js";
import { startWorld, type World, type WorldOptions } from "./world.js";

/** A world whose snapshots hang until they are released. */
async function startHanging(adapter: Parameters<typeof startWorld>[0], options: WorldOptions = {}) {
  let hangs = true;
  let asked = 0;
  const world = await startWorld(adapter, {
    ...options,
    counter: async () => {
      asked++;
      if (hangs) await new Promise(() => {});
      return { state: { sum: 1, last: 1 }, cursor };
    },
  });
  const { cursor } = await world.topic(world.contract.own.counter).publish({ type: "add", data: 1 });
  const untilAsked = (times = 1) => eventually(() => expect(asked).toBe(times));
  return { world, untilAsked, recover: () => (hangs = false) };
}

const expectNothingLeft = ({ parts, log, clock }: World) =>
  eventually(() => expect([parts.admission.openings.size, log.watchers, clock.timers]).toEqual([0, 0, 0]));

const report = {
  path: "own/counter",
  context: { user: "ann" },
  error: { message: 'snapshot() of "own/counter" has not answered for 10000 ms (snapshotTimeout).' },
};
const headers = { "x-user": "ann" };

describeStreams("a snapshot that hangs", (adapter) => {
  it("is answered 503 with Retry-After, and reported to onError with its path (PROTOCOL §8)", async () => {
    const { world, untilAsked } = await startHanging(adapter);
    let isAnswered = false;
    const answered = ask(world, "own/counter", { headers }).finally(() => (isAnswered = true));
    await untilAsked();
    world.clock.advance(9_750);
    await turns();
    expect([isAnswered, world.reports]).toEqual([false, []]);
    world.clock.advance(500);
    const answer = await answered;
    expectProblem(answer, { status: 503, code: "unavailable" });
    expect(answer.headers["retry-after"]).toBe("5");
    expect(answer.text).not.toContain("snapshot()");
    expect(world.reports).toMatchObject([report]);
    await expectNothingLeft(world);
  });

  it("in mid-stream ends the stream so that the client reconnects and gets the reset again (PROTOCOL §8)", async () => {
    const { world, untilAsked, recover } = await startHanging(adapter);
    const options = { headers, lastEventId: "other.1.m" };
    const reader = await open(world, "own/counter", options);
    await untilAsked();
    world.clock.advance(10_250);
    await reader.end();
    expect(reader.names).toEqual(["$retry", "$open", "$reset", "$error"]);
    expect(reader.all("error")).toMatchObject([{ code: "unavailable", final: false }]);
    expect(world.reports).toMatchObject([report]);
    reader.destroy();
    await expectNothingLeft(world);
    recover();
    const again = await (await open(world, "own/counter", options)).live();
    expect(again.names).toEqual(["$retry", "$open", "$reset", "$snapshot", "$live"]);
  });

  it("in mid-stream keeps nothing of a client that leaves (PROTOCOL §4.4)", async () => {
    const { world, untilAsked } = await startHanging(adapter);
    const reader = await open(world, "own/counter", { lastEventId: "other.1.m" });
    await untilAsked();
    reader.destroy();
    await expectNothingLeft(world);
    expect(world.reports).toEqual([]);
  });

  it("does not block an in-process iteration beyond its signal", async () => {
    const { world, untilAsked } = await startHanging(adapter, { snapshotTimeout: 1_000 });
    const { counter } = clientInProcess(world.contract, world.sluice, { user: null }).own;
    const abort = new AbortController();
    const left = counter.iterate(undefined, { signal: abort.signal })[Symbol.asyncIterator]().next();
    const aborted = expect(left).rejects.toMatchObject({ code: "aborted" });
    await untilAsked();
    abort.abort();
    await aborted;
    await expectNothingLeft(world);
  });
});
