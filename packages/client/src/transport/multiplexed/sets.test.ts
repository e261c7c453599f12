import { describe, expect, it } from "vitest";
import { setUpLanes, token } from "../../test-kit/lanes.test-kit.js";
import { at, live, until } from "../../test-kit/set-up.test-kit.js";

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

  it("leaves frames of lanes that nobody asked for alone", async () => {
    const { based } = await setUpLanes();
    const { base, followers } = await based(2);
    base.raw(
      'event: 7/token\ndata: "a"\nid: E.1.m1\n\nevent: 8/$open\ndata: {"kind":"live","heartbeat":1,"resumable":true}\n\n',
    );
    base.raw(
      'event: 9/$open\ndata: {"kind":"live","heartbeat":1,"resumable":true,"subscriptions":[2,7]}\n\nevent: 9/token\ndata: 1\n\n',
    );
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
    expect(merged.asked[0]?.cursor).toBe(at(1));
    expect(merged.asked[12]).toEqual({ path: "assistant", input: { prompt: "n0" } });
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
    clock.advance(1_989);
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
    expect(second.names).toEqual(["n0", "n1"]);
    second.open();
    await areLive([two]);
    expect(one.statuses).toEqual(["connecting", "live"]);
    clock.advance(1_900);
    expect(second.isGone).toBe(false);
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
    expect(second.names).toEqual(["n0", "n1", "n2", "n3"]);
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

describe("lanes that left", () => {
  it("are ignored, and the stream is opened without them at the next merge", async () => {
    const { based, follow, asked, areLive, clock, next, server } = await setUpLanes();
    const { base, followers } = await based(20);
    followers[0]?.stop();
    followers[1]?.stop();
    base.in("s0", token("late", 1)).in("s2", token("a", 1));
    await until(() => followers[2]?.told.length === 1);
    expect(followers[0]?.told).toEqual([]);
    clock.advance(10_000);
    expect(server.requests).toHaveLength(1);
    const added = follow("n0");
    (await asked()).open();
    await areLive([added]);
    clock.advance(2_000);
    const merged = await next();
    expect(merged.names).toHaveLength(19);
    expect(merged.names).not.toContain("s0");
  });

  it("are dropped after two seconds of quiet when they are more than half", async () => {
    const { based, clock, next, server } = await setUpLanes();
    const { base, followers } = await based(20);
    for (const { stop } of followers.slice(0, 10)) stop();
    clock.advance(2_000);
    expect(server.requests).toHaveLength(1);
    followers[10]?.stop();
    clock.advance(2_000);
    const merged = await next();
    expect(merged.names).toEqual(followers.slice(11).map(({ name }) => name));
    merged.open();
    await until(() => base.isGone);
  });

  it("are dropped soon when more comes for them than opening the others costs", async () => {
    const { based, asked, server } = await setUpLanes();
    const { base, followers } = await based(4);
    followers[0]?.stop();
    base.in("s0", token("x".repeat(300), 1)).in("s1", token("a", 1));
    await until(() => followers[1]?.told.length === 1);
    expect(server.requests).toHaveLength(1);
    base.in("s0", token("x".repeat(300), 2)).in("s1", token("b", 2));
    await until(() => followers[1]?.told.length === 2);
    expect((await asked()).names).toEqual(["s1", "s2", "s3"]);
  });

  it("are dropped within five seconds when the server acts on their leaving, however often the set changes", async () => {
    const { followAll, range, asked, areLive, clock, follow, next } = await setUpLanes();
    const followers = followAll(...range(20));
    const base = await asked();
    base.open(["s0"], { attended: true }).open(base.names.slice(1));
    await areLive(followers);
    clock.advance(2_000);
    followers[0]?.stop();
    clock.advance(1_000);
    const added = follow("n0");
    (await asked()).open();
    await areLive([added]);
    clock.advance(990);
    const merged = await next();
    expect(merged.names).toHaveLength(20);
    expect(merged.names).not.toContain("s0");
  });
});

describe("a lane that opens slowly", () => {
  it("is not started anew by each that is added after it", async () => {
    const { based, follow, asked, areLive, clock } = await setUpLanes();
    const { followers } = await based(20);
    const [slow, quick] = [follow("slow"), follow("quick")];
    (await asked()).open(["quick"]);
    await areLive([quick]);
    clock.advance(1_000);
    const first = follow("n0");
    const merged = (await asked()).open([...followers.map(({ name }) => name), "quick", "n0"]);
    expect(merged.names).toContain("slow");
    await areLive([first]);
    clock.advance(4_000);
    const second = follow("n1");
    const newcomers = (await asked()).open();
    expect(newcomers.names).toEqual(["n1"]);
    await areLive([second]);
    expect(merged.isGone).toBe(false);
    merged.open(["slow"]);
    await areLive([slow]);
  });
});
