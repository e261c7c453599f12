import { type Log, memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { untold } from "../../packages/server/src/topic/read-log.test-kit.js";
import { adapters } from "./adapters.js";
import { askedLog } from "./asked-log.js";
import { goal, posts, range } from "./events.js";
import { inLanes } from "./in-lanes.js";
import { open } from "./reader.js";
import { gate, startRunWorld } from "./run-world.js";
import { eventually, turns } from "./within.js";
import { startWorld } from "./world.js";

/** One adapter is enough: adapters do not use the log. */
const [adapter] = adapters as readonly [(typeof adapters)[number]];

const input = { matchId: "m" };

/** A log whose next answer to `open` can be held back after the log was read. */
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
    await world.topic(world.contract.feed.oldest).publish(posts(...numbers));
    await turns(3);
  };
  /** Opens, and returns when the log has been read and its answer is held back. */
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

describe("an event that is appended while a subscription is opened", () => {
  it.each([0, 1, 40])("is sent once, in order, and without another read if there are few (%i)", async (more) => {
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
      // A tail links 32 batches at most.
      expect(since()).toEqual(isFollowed && more > 32 ? ["open", "append"] : ["append"]);
    }
  });

  it("is sent at once to a subscriber whose read is older than that of a later one, and arrives after it", async () => {
    const { world, publish, openHeld } = await start();
    await publish(1, 2);
    const { opening, letGo } = await openHeld("feed/oldest");
    await publish(3);
    const later = await (await open(world, "feed/oldest")).live();
    expect(later.numbers).toEqual([1, 2, 3]);
    letGo();
    const reader = await (await opening).received(3); // not only with the next event
    expect(reader.numbers).toEqual([1, 2, 3]);
  });

  it("is sent to a subscriber that resumes at the head", async () => {
    const { world, publish } = await start();
    await publish(1);
    const { cursor } = await (await open(world, "feed/oldest")).live();
    const other = await start(world.log);
    const { opening, letGo } = await other.openHeld("feed/oldest", { lastEventId: cursor });
    await publish(2);
    letGo();
    expect((await (await opening).received(1)).numbers).toEqual([2]);
  });

  it.each(["warm", "warm, published elsewhere", "cold"])(
    "is in the state that is sent after a gap, or sent after it (state: %s)",
    async (state) => {
      const memory = memoryLog({ retain: { events: 5 } });
      const before = await start(memory);
      const { watch } = before.world.contract.scores;
      const publish = async (...teams: ("home" | "away")[]) => {
        await before.world.topic(watch, input).publish(teams.map((team) => goal(team)));
        await turns(3);
      };
      await publish("away");
      const { cursor: lastEventId } = await (await open(before.world, "scores/watch", { input })).live();
      await publish(...range(1, 210).map(() => "home" as const));
      const { world, openHeld } = state === "warm" ? before : await start(memory);
      if (state !== "cold") await (await open(world, "scores/watch", { input })).live();
      const { opening, letGo } = await openHeld("scores/watch", { input, lastEventId });
      await publish("away");
      letGo();
      const reader = await (await opening).live();
      const [sent] = reader.all("snapshot").map(({ data }) => JSON.parse(data));
      await reader.until(() => sent.away + reader.events.length === 2);
      expect([sent.home, reader.all("reset").length]).toEqual([210, 1]);
    },
  );

  it("is sent to a new subscriber if the tail has failed to read it", async () => {
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
    await world.topic(oldest).publish(posts(1));
    await first.received(1);
    isBroken = false;
    const second = await (await open(world, "feed/oldest", { lastEventId: first.all("live")[0]?.id as string })).live();
    expect(second.numbers).toEqual([1]);
    await world.topic(oldest).publish(posts(2));
    for (const reader of [first, second]) expect((await reader.received(2)).numbers).toEqual([1, 2]);
    if (!inLanes) expect(world.reports).toHaveLength(1); // the tail reads more often while its neighbours get events
  });
});

describe("a client that leaves while the log is read", () => {
  it.each([
    ["feed/head", {}],
    ["feed/oldest", {}],
    ["feed/head", { lastEventId: "e.1.m" }],
    ["scores/watch", { input }],
    ["own/place", {}],
  ])("leaves nothing behind (%s %j)", async (path, options) => {
    const { world, openHeld } = await start();
    await world.topic(world.contract.scores.watch, input).publish(goal("home"));
    const { opening, letGo } = await openHeld(path, options);
    expect(world.log.watchers).toBe(1);
    for (const socket of world.sockets) socket.destroy();
    await eventually(() => expect([world.log.watchers, world.parts.hub.size]).toEqual([0, 0]));
    letGo();
    await expect(opening).rejects.toThrow();
    await turns(3);
    expect([world.log.watchers, world.parts.hub.size, world.sluice.stats().streams]).toEqual([0, 0, 0]);
    await (await open(world, path, "input" in options ? options : {})).live();
  });
});

describe("simultaneous subscribers of a run", () => {
  it.each(["sum", "list"] as const)("start it once, and each gets all of it (%s)", async (path) => {
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
