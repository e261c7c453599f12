import type { Log } from "@sluice/server";
import { expect, it } from "vitest";
import { openMemoryHarness } from "../../packages/log/src/memory-harness.js";
import { describeStreams } from "./adapters.js";
import { posts, range } from "./events.js";
import { open } from "./reader.js";
import { eventually, turns } from "./within.js";
import { startWorld } from "./world.js";

type Path = "oldest" | "filtered";
const path = "feed/oldest";

/** A log that can lose its newest entries, and that calls its watchers only on request. */
async function startFailing(adapter: Parameters<typeof startWorld>[0], name: Path = "oldest") {
  const { log, failover } = await openMemoryHarness();
  const listeners = new Set<() => void>();
  let reads = 0;
  let holding: Promise<void> | undefined;
  const late: Log = {
    ...log,
    async open(...args) {
      reads++;
      await turns(1); // otherwise a reader that never stops would block everything else
      const held = holding;
      holding = undefined;
      const opened = await log.open(...args);
      await held;
      return opened;
    },
    watch(_topic, onAppend) {
      listeners.add(onAppend);
      return { ready: Promise.resolve(), stop: () => void listeners.delete(onAppend) };
    },
  };
  const judged: number[] = [];
  const keep = (n: number) => {
    judged.push(n);
    return n % 2 === 0;
  };
  const world = await startWorld(adapter, { log: late, keep });
  return {
    world,
    /** What the filter was asked for. */
    judged,
    lose: (entries: number) => failover(`feed/${name}`, entries),
    publish: (...numbers: number[]) => world.topic(world.contract.feed[name]).publish(posts(...numbers)),
    notify: () => {
      for (const onAppend of listeners) onAppend();
    },
    reads: () => reads,
    /** Waits until nobody reads any more. */
    rest: () =>
      eventually(async () => {
        const before = reads;
        await turns(10);
        expect(reads).toBe(before);
      }),
    /** The answer to the next read is on its way until the returned function is called. */
    holdNext() {
      let release = () => {};
      holding = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
  };
}

describeStreams("a log that fails over to one without its newest events", (adapter) => {
  it("resets only subscribers that have applied them, even if the tail hasn't read them (PROTOCOL §6.2)", async () => {
    const { world, lose, publish, notify } = await startFailing(adapter);
    await publish(...range(1, 8));
    const behind = await (await open(world, path)).live();
    await publish(9, 10);
    const ahead = await (await open(world, path)).live();
    expect(ahead.numbers).toEqual(range(1, 10));
    await lose(2);
    await publish(11, 12, 13);
    notify();
    await ahead.end();
    expect([ahead.numbers, ahead.all("reset").map(({ reason }) => reason)]).toEqual([range(1, 10), ["diverged"]]);
    await behind.received(11);
    expect([behind.numbers, behind.all("reset")]).toEqual([[...range(1, 8), 11, 12, 13], []]);
  });

  it("serves new subscribers, and resets those that have applied them even if nothing is appended (PROTOCOL §7.3)", async () => {
    const { world, lose, publish, notify, rest } = await startFailing(adapter);
    await publish(...range(1, 10));
    const ahead = await (await open(world, path)).live();
    await lose(2);
    const fresh = await (await open(world, path)).live();
    expect(fresh.numbers).toEqual(range(1, 8));
    await ahead.end();
    expect(ahead.all("reset").map(({ reason }) => reason)).toEqual(["diverged"]);
    await rest();
    await publish(11);
    notify();
    await fresh.received(9);
    expect(fresh.numbers).toEqual([...range(1, 8), 11]);
  });

  it.each([0, 1])(
    "resets those that have applied them where the tail hasn't read them, if %i take their place (PROTOCOL §6.2)",
    async (count) => {
      const { world, lose, publish, notify } = await startFailing(adapter);
      await publish(...range(1, 8));
      const behind = await (await open(world, path)).live();
      await publish(9, 10);
      const ahead = await (await open(world, path)).live();
      await lose(2);
      if (count > 0) await publish(...range(11, 10 + count));
      notify();
      await ahead.end();
      expect(ahead.all("reset").map(({ reason }) => reason)).toEqual(["diverged"]);
      await publish(20);
      notify();
      await behind.received(9 + count);
      expect([behind.numbers.at(-1), behind.all("reset")]).toEqual([20, []]);
    },
  );

  it.each([
    ["had read them", true],
    ["hadn't read them", false],
  ])("resets one whose read was answered before, where the tail %s (PROTOCOL §6.2)", async (_what, isKnown) => {
    const { world, lose, publish, notify, rest, holdNext } = await startFailing(adapter);
    await publish(...range(1, 8));
    const behind = await (await open(world, path)).live();
    await publish(9, 10);
    if (isKnown) notify();
    await rest();
    const answer = holdNext();
    const opening = open(world, path, { lastEventId: behind.events[4]?.id ?? "" });
    await rest();
    await lose(2);
    notify();
    await rest();
    answer();
    const reader = await opening;
    await reader.end();
    expect([reader.numbers, reader.all("reset").map(({ reason }) => reason)]).toEqual([range(6, 10), ["diverged"]]);
  });
});

describeStreams("a log that fails over to one without events that a filter withheld", (adapter) => {
  /** A subscriber that was told the cursor of 4, on a server that has read three withheld events after it. */
  async function startFiltered() {
    const failing = await startFailing(adapter, "filtered");
    const { world, publish, notify, judged } = failing;
    await publish(2, 4);
    const reader = await (await open(world, "feed/filtered")).live();
    await publish(5, 7, 9);
    notify();
    await eventually(() => expect(judged).toContain(9));
    return { ...failing, reader };
  }

  it.each([1, 2, 3])("resets nobody who was told none of the %i that it lost (PROTOCOL §7.3)", async (lost) => {
    const { reader, lose, publish, notify } = await startFiltered();
    await lose(lost);
    await publish(6, 11, 8);
    notify();
    await reader.received(4);
    expect([reader.numbers, reader.all("reset")]).toEqual([[2, 4, 6, 8], []]);
  });

  it("resets nobody either if nothing is appended in their place at first", async () => {
    const { reader, lose, publish, notify, judged } = await startFiltered();
    await lose(2);
    notify();
    await eventually(() => expect(judged.filter((n) => n === 5)).toHaveLength(2)); // it was read again
    await publish(6);
    notify();
    await reader.received(3);
    expect([reader.numbers, reader.all("reset")]).toEqual([[2, 4, 6], []]);
  });

  it("resets those who were told a cursor that is gone, by an event or by `$at` (PROTOCOL §6.2)", async () => {
    for (const told of ["event", "at"] as const) {
      const { world, reader, lose, publish, notify } = await startFiltered();
      if (told === "at") {
        world.clock.advance(15_000);
        await reader.first("at");
        await lose(1);
      } else {
        await lose(4);
      }
      await publish(6, 8, 10, 12);
      notify();
      await reader.end();
      expect([reader.numbers, reader.all("reset").map(({ reason }) => reason)]).toEqual([[2, 4], ["diverged"]]);
    }
  });
});
