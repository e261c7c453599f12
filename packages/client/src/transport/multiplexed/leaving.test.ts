import { describe, expect, it } from "vitest";
import { setUpLanes, token } from "../../test-kit/lanes.test-kit.js";
import { until } from "../../test-kit/set-up.test-kit.js";

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
    const { based, next, server, clock } = await setUpLanes();
    const { base, followers } = await based(4);
    followers[0]?.stop();
    base.in("s0", token("x".repeat(300), 1)).in("s1", token("a", 1));
    await until(() => followers[1]?.told.length === 1);
    expect(server.requests).toHaveLength(1);
    base.in("s0", token("x".repeat(300), 2)).in("s1", token("b", 2));
    await until(() => followers[1]?.told.length === 2);
    clock.advance(2_000);
    expect((await next()).names).toEqual(["s1", "s2", "s3"]);
  });

  it("are dropped within five seconds when the server acts on their leaving, however often the set changes", async () => {
    const { followAll, range, asked, areLive, clock, follow, next } = await setUpLanes();
    const followers = followAll(...range(20));
    const base = await asked();
    base.open(["s0", "s1"], { attended: true }).open(base.names.slice(2));
    await areLive(followers);
    followers[0]?.stop();
    clock.advance(1_000);
    follow("n0");
    const merged = await asked(); // with what comes next
    expect(merged.names).toHaveLength(20);
    expect(merged.names).not.toContain("s0");
    merged.open(["s1"], { attended: true }).open(merged.names.filter((name) => name !== "s1"));
    await until(() => base.isGone);
    followers[1]?.stop();
    clock.advance(2_000);
    expect((await next()).names).toHaveLength(19); // or when nothing comes
  });

  it("before they have opened are dropped as well when the server acts on their leaving", async () => {
    const { followAll, range, asked, areLive, clock, next } = await setUpLanes();
    const followers = followAll(...range(20));
    const base = (await asked()).open(range(19));
    await areLive(followers.slice(0, 19));
    followers[19]?.stop();
    base.open(["s19"], { attended: true }).in("s0", token("a", 1));
    await until(() => followers[0]?.told.length === 1);
    clock.advance(2_000);
    expect((await next()).names).toEqual(range(19));
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
