import { type Log, memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { untold } from "../../packages/server/src/topic/read-log.test-kit.js";
import { adapters } from "./adapters.js";
import { askedLog } from "./asked-log.js";
import { goal, posts, range } from "./events.js";
import { open } from "./reader.js";
import { gate, startRunWorld } from "./run-world.js";
import { eventually, turns } from "./within.js";
import { startWorld } from "./world.js";

/** How a request comes is nothing to the log. */
const [adapter] = adapters as readonly [(typeof adapters)[number]];

const input = { matchId: "m" };

/** A log whose next answer to `open` is held back once it is known, until it is let go. */
function holdingLog(log: Log) {
  let held: ReturnType<typeof gate> | undefined;
  const holding: Log = {
    ...log,
    async open(...args) {
      const [hold, opened] = [held, await log.open(...args)];
      held = undefined;
      await hold?.passed;
      return opened;
    },
  };
  const hold = () => {
    held = gate();
    return held;
  };
  return { log: holding, hold, isHeld: () => held === undefined };
}

async function start(memory = memoryLog()) {
  const { log: noted, since } = askedLog(memory);
  const { log, hold, isHeld } = holdingLog(noted);
  const world = await startWorld(adapter, { log });
  const publish = async (...numbers: number[]) => {
    await world.publish(world.contract.feed.oldest, undefined, posts(...numbers));
    await turns(3);
  };
  /** Begins to open, and comes back when the log has looked, and has yet to say what it saw. */
  const openHeld = async (path: string, options?: Parameters<typeof open>[2]) => {
    const { open: letGo } = hold();
    const opening = open(world, path, options);
    opening.catch(() => {});
    await eventually(() => expect(isHeld()).toBe(true));
    await turns(3);
    return { opening, letGo };
  };
  return { world, publish, openHeld, since };
}

describe("what is appended while somebody is let in", () => {
  it.each([0, 1, 40])("is told once, in order, and mostly without another look (%i more)", async (more) => {
    for (const isFollowed of [false, true]) {
      const { world, publish, openHeld, since } = await start();
      await publish(1, 2);
      const first = isFollowed ? await (await open(world, "feed/oldest")).live() : undefined;
      const { opening, letGo } = await openHeld("feed/oldest");
      for (const n of range(3, 2 + more)) await publish(n);
      since();
      letGo();
      const reader = await (await opening).received(2 + more);
      await publish(3 + more);
      await reader.received(3 + more);
      expect(reader.numbers).toEqual(range(1, 3 + more));
      expect(reader.all("live")).toHaveLength(1);
      if (first) expect((await first.received(3 + more)).numbers).toEqual(range(1, 3 + more));
      // Nobody is led along more than 32 batches.
      expect(since()).toEqual(isFollowed && more > 32 ? ["open", "append"] : ["append"]);
    }
  });

  it("is missed by nobody who is answered before, and told of it after somebody else who came later", async () => {
    const { world, publish, openHeld } = await start();
    await publish(1, 2);
    const { opening, letGo } = await openHeld("feed/oldest");
    await publish(3);
    const later = await (await open(world, "feed/oldest")).live();
    expect(later.numbers).toEqual([1, 2, 3]);
    letGo();
    const reader = await (await opening).received(3); // and not only with what comes next
    expect(reader.numbers).toEqual([1, 2, 3]);
  });

  it("is told to who resumes where the topic ended when it was looked at", async () => {
    const { world, publish } = await start();
    await publish(1);
    const { cursor } = await (await open(world, "feed/oldest")).live();
    const other = await start(world.log);
    const { opening, letGo } = await other.openHeld("feed/oldest", { lastEventId: cursor });
    await publish(2);
    letGo();
    expect((await (await opening).received(1)).numbers).toEqual([2]);
  });

  it.each(["at hand", "at hand, and of what is published elsewhere", "not at hand"])(
    "is told behind a state that takes the place of what is gone (%s)",
    async (where) => {
      const memory = memoryLog({ retain: { events: 5 } });
      const before = await start(memory);
      const { watch } = before.world.contract.scores;
      const publish = async (...teams: ("home" | "away")[]) => {
        await before.world.publish(
          watch,
          input,
          teams.map((team) => goal(team)),
        );
        await turns(3);
      };
      await publish("away");
      const { cursor: lastEventId } = await (await open(before.world, "scores/watch", { input })).live();
      await publish(...range(1, 210).map(() => "home" as const));
      const { world, openHeld } = where === "at hand" ? before : await start(memory);
      if (where !== "not at hand") await (await open(world, "scores/watch", { input })).live();
      const { opening, letGo } = await openHeld("scores/watch", { input, lastEventId });
      await publish("away");
      letGo();
      const reader = await (await opening).live();
      // The state has it in it already, or it comes behind it, and not only with what comes next.
      const [state] = reader.all("snapshot").map(({ data }) => JSON.parse(data));
      await reader.until(() => state.away + reader.events.length === 2);
      expect([state.home, reader.all("reset").length]).toEqual([210, 1]);
    },
  );

  it("is told to who comes where the one reader of a topic has failed to read it", async () => {
    const memory = untold(memoryLog());
    let isBroken = false;
    const log: Log = {
      ...memory,
      async open(topic, options) {
        if (isBroken && options.limit === 512) throw new Error("the engine is away");
        return memory.open(topic, options);
      },
    };
    const world = await startWorld(adapter, { log });
    const { oldest } = world.contract.feed;
    const first = await (await open(world, "feed/oldest")).live();
    isBroken = true;
    await world.publish(oldest, undefined, posts(1));
    await first.received(1);
    isBroken = false;
    const second = await (await open(world, "feed/oldest", { lastEventId: first.all("live")[0]?.id as string })).live();
    expect(second.numbers).toEqual([1]);
    await world.publish(oldest, undefined, posts(2));
    for (const reader of [first, second]) expect((await reader.received(2)).numbers).toEqual([1, 2]);
    expect(world.reports).toHaveLength(1);
  });
});

describe("who leaves while the log is asked", () => {
  it.each([
    ["feed/head", {}],
    ["feed/oldest", {}],
    ["feed/head", { lastEventId: "e.1.m" }],
    ["scores/watch", { input }],
    ["own/place", {}],
  ])("leaves nothing behind (%s %j)", async (path, options) => {
    const { world, openHeld } = await start();
    await world.publish(world.contract.scores.watch, input, goal("home"));
    const { opening, letGo } = await openHeld(path, options);
    expect(world.log.watchers).toBe(1);
    for (const socket of world.sockets) socket.destroy();
    await eventually(() => expect([world.log.watchers, world.parts.hub.size]).toEqual([0, 0]));
    letGo();
    await expect(opening).rejects.toThrow();
    await turns(3);
    expect([world.log.watchers, world.parts.hub.size, world.sluice.stats().connections]).toEqual([0, 0, 0]);
    await (await open(world, path, "input" in options ? options : {})).live();
  });
});

describe("those who come to a run at once", () => {
  it.each(["sum", "list"] as const)("start one, and each gets all of it (%s)", async (path) => {
    const { passed, open: finish } = gate();
    const world = await startRunWorld({ last: () => passed });
    const input = { id: "r", count: 3 };
    const all = await Promise.all(range(1, 5).map(() => open(world, path, { input })));
    await Promise.all(all.map((reader) => reader.received(path === "list" ? 3 : 0)));
    finish();
    for (const reader of all) {
      await reader.end();
      const [snapshot] = reader.all("snapshot");
      const base = snapshot ? Number(snapshot.data) : 0;
      expect([base + reader.events.length, reader.names.at(-1)]).toEqual([3, "$end"]);
    }
    expect(world.starts).toEqual(["r"]);
  });
});
