import { type Log, memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { adapters } from "./adapters.js";
import { askedLog, lateLog } from "./asked-log.js";
import { goal, posts, range } from "./events.js";
import { inLanes } from "./in-lanes.js";
import { type OpenOptions, open, type Reader } from "./reader.js";
import { gate, startRunWorld } from "./run-world.js";
import { turns } from "./within.js";
import { startWorld, type WorldOptions } from "./world.js";

const logs: readonly (readonly [name: string, make: (log: Log) => Log])[] = [
  ["in memory", (log) => log],
  ["on a network", lateLog],
];
const match = { matchId: "m1" };
const goals = (count: number) => range(1, count).map(() => goal("home"));

/** Waits until no more work is pending. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 15));
  await turns(3);
}

/** One adapter is enough: adapters do not use the log. */
const [adapter] = adapters as readonly [(typeof adapters)[number]];

/** Returns the methods that are called while something is done, and shortly after. */
const askedWhile = (since: () => readonly string[]) => async (doing: () => Promise<unknown>) => {
  await settle();
  since();
  await doing();
  await settle();
  return since();
};

/** A server whose log records its calls. */
async function start(make: (log: Log) => Log, memory = memoryLog(), options: Omit<WorldOptions, "log"> = {}) {
  const { log, since } = askedLog(make(memory));
  const world = await startWorld(adapter, { log, ...options });
  const live = async (...args: [path: string, options?: OpenOptions]) => (await open(world, ...args)).live();
  return { world, memory, asked: askedWhile(since), live };
}

type Started = Awaited<ReturnType<typeof start>>;

describe.each(logs)("opening a subscription, with a log %s", (_name, make) => {
  it.each(["head", "oldest", "last", "filtered"] as const)(
    "takes one call, and none if the server follows the topic and nothing is missed (start: %s)",
    async (name) => {
      const { world, asked, live } = await start(make);
      const procedure = world.contract.feed[name];
      await world.topic(procedure).publish(posts(...range(1, 5)));
      const first = await asked(() => live(`feed/${name}`));
      const second = await asked(() => live(`feed/${name}`));
      expect([first, second]).toEqual([["open"], name === "head" ? [] : ["open"]]);
    },
  );

  it("takes one call to resume, and none if the server follows the topic and nothing was missed", async () => {
    const { world, asked, live } = await start(make);
    const { head } = world.contract.feed;
    const { cursor: behind } = await world.topic(head).publish(posts(1));
    const { cursor } = await world.topic(head).publish(posts(...range(2, 256)));
    const calls: unknown[] = [];
    for (const lastEventId of [cursor, cursor, behind]) {
      calls.push(await asked(() => live("feed/head", { lastEventId })));
    }
    expect(calls).toEqual([["open"], [], ["open"]]);
  });

  it("takes one call for every 256 missed entries", async () => {
    const { world, asked, live } = await start(make);
    const { cursor } = await world.topic(world.contract.feed.head).publish(posts(1));
    await world.topic(world.contract.feed.head).publish(posts(...range(2, 513)));
    const calls = await asked(async () => {
      expect((await live("feed/head", { lastEventId: cursor })).numbers).toEqual(range(2, 513));
    });
    // A lane's turn is shorter than a page: it reads the rest again, so that those who catch up share what was encoded.
    expect(calls).toEqual(inLanes ? ["open", "open", "open"] : ["open", "open"]);
  });

  it("takes one call with state, warm or cold, and none if the server follows the topic", async () => {
    const here = await start(make);
    const { topic, contract } = here.world;
    for (const count of [210, 10]) await topic(contract.scores.watch, match).publish(goals(count)); // saves a snapshot after 210
    const fresh = await start(make, here.memory);
    const come = ({ asked, live }: Started) => asked(() => live("scores/watch", { input: match }));
    expect({ warm: await come(here), cold: await come(fresh) }).toEqual({ warm: ["open"], cold: ["open"] });
    expect([await come(here), await come(fresh)]).toEqual([[], []]);
  });

  it("takes one call to resume after a gap with state, warm or cold", async () => {
    const memory = memoryLog({ retain: { events: 5 } });
    const here = await start(make, memory);
    const { topic, contract } = here.world;
    const { cursor: lastEventId } = await topic(contract.scores.watch, match).publish(goal("away"));
    for (const count of [210, 10]) await topic(contract.scores.watch, match).publish(goals(count));
    const fresh = await start(make, here.memory);
    const come = ({ asked, live }: Started) =>
      asked(async () => {
        const reader = await live("scores/watch", { input: match, lastEventId });
        expect(reader.names).toEqual(["$retry", "$open", "$reset", "$snapshot", "$live"]);
        expect(reader.all("snapshot")[0]?.data).toBe('{"home":220,"away":1,"endedAt":null}');
      });
    expect({ warm: await come(here), cold: await come(fresh), again: await come(fresh) }).toEqual({
      warm: ["open"],
      cold: ["open"],
      again: ["open"],
    });
  });

  it("takes one call with the procedure's own snapshot, and none if the server follows the topic", async () => {
    let cursor = "";
    const { world, asked, live } = await start(make, memoryLog(), {
      counter: async () => ({ state: { sum: 1, last: 1 }, cursor }),
    });
    ({ cursor } = await world.topic(world.contract.own.counter).publish({ type: "add", data: 1 }));
    const calls: unknown[] = [];
    for (const path of ["own/counter", "own/counter", "own/place", "own/place"]) {
      calls.push(await asked(() => live(path)));
    }
    expect(calls).toEqual([["open"], [], ["open"], []]);
  });

  it("is followed by no calls when events are published here or elsewhere", async () => {
    const here = await start(make);
    const elsewhere = await start(make, here.memory);
    const readers = [await here.live("feed/head"), await here.live("feed/head"), await elsewhere.live("feed/head")];
    const publish = (n: number) => () => here.world.topic(here.world.contract.feed.head).publish(posts(n));
    expect([await here.asked(publish(1)), await elsewhere.asked(publish(2))]).toEqual([["append"], []]);
    for (const reader of readers) expect((await reader.received(2)).numbers).toEqual([1, 2]);
  });

  it("is followed by one call per publish into a state, and one more if the state is cold", async () => {
    const here = await start(make);
    const fresh = await start(make, here.memory);
    const publish = ({ asked, world }: Started) =>
      asked(() => world.topic(world.contract.scores.watch, match).publish(goal("home")));
    await here.live("scores/watch", { input: match });
    expect([await publish(here), await publish(fresh)]).toEqual([["append"], ["open", "append"]]);
  });
});

describe.each(logs)("opening a run, with a log %s", (_name, make) => {
  it.each(["sum", "list"] as const)("takes one call, and an append to start it (%s)", async (path) => {
    const { passed, open: finish } = gate();
    const { log, since } = askedLog(make(memoryLog()));
    const asked = askedWhile(since);
    const world = await startRunWorld({ log, last: () => passed });
    const input = { id: "r", count: 0 };
    const readers: Reader[] = [];
    const come = () => asked(async () => readers.push(await (await open(world, path, { input })).live()));
    expect({ starts: await come(), attaches: await come(), again: await come() }).toEqual({
      starts: ["open", "append"],
      attaches: ["open"],
      again: ["open"],
    });
    const lastEventId = readers[0]?.cursor as string;
    expect(await asked(async () => (await open(world, path, { input, lastEventId })).live())).toEqual(["open"]);
    finish();
    for (const reader of readers) expect((await reader.end()).names.at(-1)).toBe("$end");
    expect(await asked(async () => (await open(world, path, { input })).end())).toEqual(["open"]);
    expect(await asked(async () => (await open(world, path, { input, lastEventId })).end())).toEqual(["open"]);
    expect(world.starts).toEqual(["r"]);
  });
});
