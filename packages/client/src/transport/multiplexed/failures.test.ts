import { describe, expect, it } from "vitest";
import { type Follower, setUpLanes, token, waitOf } from "../../test-kit/lanes.test-kit.js";
import { at, until } from "../../test-kit/set-up.test-kit.js";

describe("a stream that", () => {
  it("is cut is opened again with all lanes, each with its cursor, after one backoff for all", async () => {
    const { based, clock, asked, areLive } = await setUpLanes({ retry: { random: Math.random } });
    const { base, followers } = await based(40);
    base.in("s7", token("a", 9));
    await until(() => followers[7]?.told.length === 1);
    base.cut();
    clock.advance(await waitOf(followers, clock));
    const again = await asked();
    expect(again.names).toHaveLength(40);
    expect(again.asked[7]?.cursor).toBe(at(9));
    again.open();
    await areLive(followers);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live", "reconnecting", "live"]);
  });

  it.each([
    ["answers 503", 503, "unavailable"],
    ["answers 429", 429, "tooManyRequests"],
  ])("%s is asked for again, with growing delays", async (_, status, code) => {
    const { followAll, range, clock, asked } = await setUpLanes();
    const followers = followAll(...range(20));
    for (const delay of [500, 1_000, 2_000]) {
      (await asked()).answer(status);
      expect(await waitOf(followers, clock)).toBe(delay);
      for (const { connection } of followers) expect(connection.error?.code).toBe(code);
      clock.advance(delay);
    }
  });

  it("is refused for good ends all lanes", async () => {
    const { followAll, range, asked, clock } = await setUpLanes();
    const followers = followAll(...range(3));
    (await asked()).answer(403);
    await until(() => followers.every(({ told }) => told.length > 0));
    for (const { told } of followers) expect(told).toEqual(["error: forbidden"]);
    expect(clock.pending).toEqual([]);
  });

  it("can't be read is left, and all lanes are opened again", async () => {
    const { based, clock, asked } = await setUpLanes();
    const { base, followers } = await based(3);
    base.raw("event: 100/$error\ndata: none\n\n");
    await until(() => base.isGone);
    const wait = await waitOf(followers, clock);
    for (const { connection } of followers) expect(connection.error?.code).toBe("protocol");
    clock.advance(wait);
    expect((await asked()).names).toHaveLength(3);
  });

  it("has sent nothing for 2.5 heartbeats counts as cut", async () => {
    const { based, clock } = await setUpLanes();
    const { base, followers } = await based(3);
    clock.advance(35_500);
    await until(() => base.isGone);
    await waitOf(followers, clock);
    for (const { connection } of followers) expect(connection.error?.code).toBe("timeout");
  });

  it("opens nothing within the connect timeout counts as failed", async () => {
    const { followAll, range, asked, clock } = await setUpLanes();
    const followers = followAll(...range(3));
    const stream = (await asked()).begin();
    clock.advance(10_000);
    await until(() => stream.isGone);
    await waitOf(followers, clock);
  });

  it("fails while the next is being opened leaves its lanes to that one", async () => {
    const { based, follow, asked, areLive, server } = await setUpLanes();
    const { base, followers } = await based(4);
    const added = follow("n0");
    const merged = await asked();
    base.cut();
    await until(() => followers.every(({ connection }) => connection.status === "reconnecting"));
    merged.open();
    await areLive([...followers, added]);
    expect(server.requests).toHaveLength(2);
  });

  it("can't be merged goes on, and the newcomers and the merge are tried again", async () => {
    const { based, follow, asked, areLive, clock, next } = await setUpLanes();
    const { base, followers } = await based(20);
    const added = follow("n0");
    (await asked()).open();
    await areLive([added]);
    clock.advance(2_000);
    (await next()).answer(503);
    clock.advance(await waitOf([added], clock));
    const again = await asked();
    expect(again.names.toSorted()).toEqual([...followers, added].map(({ name }) => name).toSorted());
    again.open();
    await until(() => base.isGone);
    await areLive([added]);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
  });
});

describe("a lane that", () => {
  it.each(["unavailable", "tooManyRequests"])(
    "fails with %s is opened again after a backoff of its own; others don't notice",
    async (code) => {
      const { based, clock, asked, areLive } = await setUpLanes();
      const { base, followers } = await based(4);
      const failing = followers[1] as Follower;
      let stream = base.in("s1", { kind: "error", code, message: "No", final: false });
      for (const delay of [500, 1_000, 2_000]) {
        clock.advance(await waitOf([failing], clock));
        stream = await asked();
        expect(stream.names).toEqual(["s1"]);
        if (delay < 2_000) stream.refuse("s1", code);
      }
      stream.open();
      await areLive([failing]);
      base.in("s0", token("a", 1));
      await until(() => followers[0]?.told.length === 1);
      for (const { statuses } of followers.filter((one) => one !== failing))
        expect(statuses).toEqual(["connecting", "live"]);
    },
  );

  it("is refused, or ends, is over, and the others go on", async () => {
    const { followAll, asked } = await setUpLanes();
    const [refused, ended, unknown, live] = followAll("refused", "ended", "unknown", "live") as Follower[];
    const stream = await asked();
    stream.refuse("refused", "forbidden", true);
    stream.refuse("unknown", "notFound", true, { stream: "stream", resumable: false });
    stream.open(["ended", "live"]).in("ended", token("a", 1), { kind: "end" }).in("live", token("b", 1));
    await until(() => live?.told.length === 1);
    expect([refused, ended, unknown, live].map((one) => one?.told)).toEqual([
      ["error: forbidden"],
      ["a", "end"],
      ["error: notFound"],
      ["b"],
    ]);
  });

  it("has an event that doesn't fit fails alone", async () => {
    const { followAll, asked } = await setUpLanes();
    const [one, other] = followAll("one", "other") as [Follower, Follower];
    (await asked())
      .open()
      .in("one", { ...token("a", 1), id: at(1, "F") } as never, token("b", 2))
      .in("other", token("c", 1));
    await until(() => other.told.length === 1);
    expect([one.told, other.told]).toEqual([["error: protocol"], ["c"]]);
  });

  it("is not opened within the connect timeout is tried again, while the others are live", async () => {
    const { followAll, asked, areLive, clock, next } = await setUpLanes();
    const [slow, fast] = followAll("slow", "fast") as [Follower, Follower];
    const stream = (await asked()).open(["fast"]);
    await areLive([fast]);
    clock.advance(10_000);
    const wait = await waitOf([slow], clock);
    expect(slow.connection.error?.code).toBe("timeout");
    clock.advance(wait);
    clock.advance(10);
    const again = await next();
    expect(again.names).toContain("slow");
    again.open();
    await areLive([slow]);
    expect(fast.statuses).toEqual(["connecting", "live"]);
    expect(stream.isGone).toBe(again.names.length === 2);
  });

  it("opens only after it was tried again is for nobody: what it brings comes once, where it is asked for again", async () => {
    const { followAll, asked, areLive, clock, next } = await setUpLanes();
    const [slow, fast] = followAll("slow", "fast") as [Follower, Follower];
    const stream = (await asked()).open(["fast"]);
    await areLive([fast]);
    clock.advance(10_000);
    const wait = await waitOf([slow], clock);
    stream.open(["slow"]).in("slow", token("late", 1)).in("fast", token("a", 1));
    await until(() => fast.told.length === 1);
    expect([slow.told, slow.connection.status]).toEqual([[], "reconnecting"]);
    clock.advance(wait);
    clock.advance(10);
    const again = await next();
    expect(again.asked[again.names.indexOf("slow")]).not.toHaveProperty("cursor");
    again.open().in("slow", token("late", 1));
    await areLive([slow]);
    await until(() => slow.told.length === 1);
    expect([slow.told, fast.told]).toEqual([["late"], ["a"]]);
  });

  it("is not opened within the connect timeout is tried again, also if all others were refused", async () => {
    const { followAll, asked, clock } = await setUpLanes();
    const [slow, refused] = followAll("slow", "refused") as [Follower, Follower];
    (await asked()).refuse("refused", "forbidden", true);
    await until(() => refused.told.length === 1);
    clock.advance(10_000);
    await until(() => slow.connection.error !== undefined);
    expect(slow.connection.error?.code).toBe("timeout");
  });
});
