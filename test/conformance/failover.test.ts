import type { Log } from "@sluice/server";
import { expect, it } from "vitest";
import { openMemoryHarness } from "../../packages/log/src/memory-harness.js";
import { describeStreams } from "./adapters.js";
import { posts, range } from "./events.js";
import { open } from "./reader.js";
import { eventually, turns } from "./within.js";
import { startWorld } from "./world.js";

const path = "feed/oldest";

/** A log that can lose its newest entries, and that calls its watchers only on request. */
async function startFailing(adapter: Parameters<typeof startWorld>[0]) {
  const { log, failover } = await openMemoryHarness();
  const listeners = new Set<() => void>();
  let reads = 0;
  const late: Log = {
    ...log,
    async open(...args) {
      reads++;
      await turns(1); // otherwise a reader that never stops would block everything else
      return log.open(...args);
    },
    watch(_topic, onAppend) {
      listeners.add(onAppend);
      return { ready: Promise.resolve(), stop: () => void listeners.delete(onAppend) };
    },
  };
  const world = await startWorld(adapter, { log: late });
  return {
    world,
    lose: (entries: number) => failover(path, entries),
    publish: (...numbers: number[]) => world.publish(world.contract.feed.oldest, undefined, posts(...numbers)),
    notify: () => {
      for (const onAppend of listeners) onAppend();
    },
    reads: () => reads,
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
    const { world, lose, publish, notify, reads } = await startFailing(adapter);
    await publish(...range(1, 10));
    const ahead = await (await open(world, path)).live();
    await lose(2);
    const fresh = await (await open(world, path)).live();
    expect(fresh.numbers).toEqual(range(1, 8));
    await ahead.end();
    expect(ahead.all("reset").map(({ reason }) => reason)).toEqual(["diverged"]);
    await eventually(async () => {
      const before = reads();
      await turns(10);
      expect(reads()).toBe(before);
    });
    await publish(11);
    notify();
    await fresh.received(9);
    expect(fresh.numbers).toEqual([...range(1, 8), 11]);
  });
});
