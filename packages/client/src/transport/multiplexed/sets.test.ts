import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { setUpLanes, token, waitOf } from "../../test-kit/lanes.test-kit.js";
import { at, live, until } from "../../test-kit/set-up.test-kit.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const openOf = (lane: number, subscriptions: readonly number[]) =>
  `event: ${lane}/$open\ndata: ${JSON.stringify({ kind: "live", heartbeat: 1, resumable: true, subscriptions })}\n\n`;

describe("one stream", () => {
  it("is opened for all that subscribe within 10 ms, and each gets its own frames", async () => {
    const { followAll, range, asked, areLive, server } = await setUpLanes();
    const names = range(30);
    const followers = followAll(...names);
    const stream = await asked();
    expect(stream.path).toBe("/api/$streams");
    expect(stream.names).toEqual(names);
    stream.open();
    await areLive(followers);
    for (const name of names) stream.in(name, token(`of ${name}`, 1));
    await until(() => followers.every(({ told }) => told.length > 0));
    for (const { name, told, statuses } of followers) {
      expect(told).toEqual([`of ${name}`]);
      expect(statuses).toEqual(["connecting", "live"]);
    }
    expect(server.requests).toHaveLength(1);
  });

  it("closes at once when its last lane leaves, and no timer is left", async () => {
    const { based, clock } = await setUpLanes();
    const { base, followers } = await based(3);
    for (const { stop } of followers) stop();
    await until(() => base.isGone);
    expect(clock.pending).toEqual([]);
  });

  it.each([
    ["has not begun", 'event: 7/token\ndata: "a"\nid: E.1.m1\n\n'],
    ["ends before it has begun", "event: 7/$end\ndata: {}\n\n"],
    ["serves what was not asked for", openOf(7, [2])],
    ["serves what another lane serves", openOf(7, [0])],
    ["serves the same twice", openOf(7, [5, 5])],
  ])("leaves a stream in which a lane %s; the lanes come back with their cursors (PROTOCOL §10.2)", async (_, text) => {
    const { based, clock, asked, areLive } = await setUpLanes();
    const { base, followers } = await based(2);
    base.in("s1", token("a", 1)).raw(text);
    await until(() => base.isGone);
    clock.advance(await waitOf(followers, clock));
    for (const { connection } of followers) expect(connection.error?.code).toBe("protocol");
    const again = await asked();
    expect(again.asked.map(({ cursor }) => cursor)).toEqual([at(0), at(1)]);
    again.open().in("s0", token("b", 1));
    await areLive(followers);
    await until(() => followers[0]?.told.length === 1);
    expect(followers.map(({ told }) => told)).toEqual([["b"], ["a"]]);
  });

  it("ignores a lane that serves nobody, and what has no lane", async () => {
    const { based } = await setUpLanes();
    const { base, followers } = await based(2);
    base.raw(openOf(7, []), 'event: 7/token\ndata: "a"\n\nevent: 8/$later\ndata: {}\n\n');
    base.raw('event: token\ndata: "a"\nid: E.1.m1\n\nevent: $end\ndata: {}\n\n');
    base.in("s1", token("b", 1));
    await until(() => followers[1]?.told.length === 1);
    expect(followers.map(({ told }) => told)).toEqual([[], ["b"]]);
  });
});

describe("up to 16 lanes in all", () => {
  it("are opened anew, and the old stream goes on until all lanes of the new one are open", async () => {
    const { based, followAll, asked, areLive, server } = await setUpLanes();
    const { base, followers } = await based(12);
    base.in("s0", token("a", 1));
    await until(() => followers[0]?.told.length === 1);
    const added = followAll("n0", "n1", "n2", "n3");
    const merged = await asked();
    expect(merged.asked).toHaveLength(16);
    expect(merged.asked.find(({ input }) => input?.prompt === "s0")?.cursor).toBe(at(1));
    expect(merged.asked[0]).toEqual({ path: "assistant", input: { prompt: "n0" } });
    base.in("s0", token("b", 2)).in("s1", token("c", 1));
    await until(() => followers[1]?.told.length === 1);
    merged.open(merged.names.slice(0, 8));
    merged.in("s0", token("b", 2), token("d", 3));
    await until(() => followers[0]?.told.length === 3);
    base.in("s0", token("never", 4)).in("s11", token("e", 1));
    await until(() => followers[11]?.told.length === 1);
    expect(base.isGone).toBe(false);
    merged.open(merged.names.slice(8));
    await areLive(added);
    await until(() => base.isGone);
    expect(followers[0]?.told).toEqual(["a", "b", "d"]);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
    expect(server.requests).toHaveLength(2);
  });
});

it("up to 16 lanes are opened anew for each change, however quickly they change", async () => {
  const { based, follow, asked, areLive, clock } = await setUpLanes();
  const { followers } = await based(5);
  for (let i = 0; i < 20; i++) {
    const one = follow(`n${i}`);
    const merged = await asked();
    expect(merged.names).toHaveLength(6);
    merged.open();
    await areLive([one]);
    one.stop();
    clock.advance(50);
  }
  for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
});

it("keeps no stream that was replaced", async () => {
  const asked: WeakRef<AbortSignal>[] = [];
  const {
    based,
    follow,
    asked: next,
    areLive,
  } = await setUpLanes({
    fetch: (url, init) => {
      asked.push(new WeakRef(init?.signal as AbortSignal));
      return fetch(url, init);
    },
  });
  await based(3);
  for (let i = 0; i < 8; i++) {
    const one = follow(`n${i}`);
    (await next()).open();
    await areLive([one]);
    one.stop();
  }
  await until(() => {
    collectGarbage();
    return asked.filter((signal) => signal.deref()).length <= 3;
  });
  expect(asked).toHaveLength(9);
});

describe("more lanes", () => {
  it("have a second stream for newcomers, which is merged when the set has been quiet for two seconds", async () => {
    const { based, followAll, asked, areLive, clock, next, server } = await setUpLanes();
    const { base, followers } = await based(20);
    const added = followAll("n0", "n1");
    const newcomers = await asked();
    expect(newcomers.names).toEqual(["n0", "n1"]);
    newcomers.open().in("n0", token("a", 1));
    await areLive(added);
    await until(() => added[0]?.told.length === 1);
    clock.advance(1_999);
    expect(server.requests).toHaveLength(2);
    clock.advance(1);
    const merged = await next();
    await until(() => newcomers.isGone); // before the merge is answered
    expect(base.isGone).toBe(false);
    expect(merged.names.toSorted()).toEqual([...followers, ...added].map(({ name }) => name).toSorted());
    expect(merged.asked.find(({ input }) => input?.prompt === "n0")?.cursor).toBe(at(1));
    merged.open();
    await until(() => base.isGone);
    for (const { statuses } of [...followers, ...added]) expect(statuses).toEqual(["connecting", "live"]);
    clock.advance(60_000 - 37_600);
    expect(server.requests).toHaveLength(3);
  });

  it("that come one after the other are opened with the newcomers, whose stream goes first", async () => {
    const { based, follow, asked, areLive, clock } = await setUpLanes();
    await based(20);
    const one = follow("n0");
    const first = (await asked()).open();
    await areLive([one]);
    clock.advance(1_500);
    const two = follow("n1");
    const second = await asked();
    await until(() => first.isGone);
    expect(second.names).toEqual(["n1", "n0"]);
    second.open();
    await areLive([two]);
    expect(one.statuses).toEqual(["connecting", "live"]);
    clock.advance(1_900);
    expect(second.isGone).toBe(false);
  });

  it("come without end, and none of them waits or is left behind: the pace is for what servers ask", async () => {
    const { based, follow, asked, areLive, clock, next, server } = await setUpLanes();
    const { base, followers } = await based(20);
    const added = [];
    for (let i = 0; i < 25; i++) {
      added.push(follow(`n${i}`));
      const newcomers = await asked();
      expect(newcomers.names).toHaveLength(i + 1);
      newcomers.open();
      await areLive(added);
      clock.advance(90);
    }
    clock.advance(2_000);
    const merged = await next();
    expect(merged.names).toHaveLength(45);
    merged.open();
    await until(() => base.isGone);
    const { length } = server.requests;
    for (let i = 0; i < 10; i++) clock.advance(1_000);
    expect(server.requests).toHaveLength(length);
    for (const { statuses } of [...followers, ...added]) expect(statuses).toEqual(["connecting", "live"]);
  });

  it("are merged at once when there are more than 32 newcomers", async () => {
    const { based, followAll, range, asked, areLive } = await setUpLanes();
    const { base } = await based(20);
    const some = followAll(...range(30, "n"));
    const first = (await asked()).open();
    expect(first.names).toHaveLength(30);
    await areLive(some);
    followAll(...range(3, "o"));
    const merged = await asked();
    expect(merged.names).toHaveLength(53);
    await until(() => first.isGone);
    merged.open();
    await until(() => base.isGone);
  });

  it("that come during an opening wait for its end, and then come together", async () => {
    const { based, follow, asked, areLive, clock, server } = await setUpLanes();
    await based(20);
    const one = follow("n0");
    const first = await asked();
    for (const name of ["n1", "n2", "n3"]) {
      follow(name);
      clock.advance(50);
    }
    expect(server.requests).toHaveLength(2);
    first.open();
    await areLive([one]);
    const second = await asked();
    expect(second.names).toEqual(["n1", "n2", "n3", "n0"]);
  });

  it("without a cursor are not left: what comes waits until they have one", async () => {
    const { based, follow, asked, areLive, clock, server } = await setUpLanes();
    await based(20);
    const one = follow("n0");
    const first = (await asked()).openOnly("n0");
    await until(() => clock.pending.includes(37_500));
    const two = follow("n1");
    clock.advance(10);
    clock.advance(5_000);
    expect(server.requests).toHaveLength(2);
    first.in("n0", live(3));
    await areLive([one]);
    const second = await asked();
    expect(second.asked.find(({ input }) => input?.prompt === "n0")?.cursor).toBe(at(3));
    second.open();
    await areLive([two]);
  });
});
