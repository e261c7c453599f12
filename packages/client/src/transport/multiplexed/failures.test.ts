import { afterEach, describe, expect, it, vi } from "vitest";
import { type Follower, setUpLanes, token } from "../../test-kit/lanes.test-kit.js";
import { at, live, until } from "../../test-kit/set-up.test-kit.js";

afterEach(() => vi.unstubAllGlobals());

/** All that wait do so for the same time. */
async function waitOf(followers: readonly Follower[], clock: { now(): number }): Promise<number> {
  await until(() => followers.every(({ connection }) => connection.retryAt !== undefined));
  const waits = followers.map(({ connection }) => (connection.retryAt as number) - clock.now());
  expect(new Set(waits).size).toBe(1);
  return waits[0] as number;
}

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
});

describe("credentials", () => {
  /** A client with a token that the hook renews. */
  async function withToken() {
    const calls: string[] = [];
    let number = 1;
    const world = await setUpLanes({
      headers: () => ({ "x-token": `t${number}` }),
      onUnauthorized: ({ message }) => {
        calls.push(message);
        number++;
      },
    });
    return { ...world, calls };
  }

  it("that expire in 200 lanes are renewed once, for one request", async () => {
    const { based, calls, asked, areLive, server, clock } = await withToken();
    const { base, followers } = await based(200);
    for (const { name } of followers)
      base.in(name, { kind: "error", code: "unauthorized", message: "old", final: false });
    await until(() => calls.length > 0 && base.isGone);
    await until(() => clock.pending.includes(10));
    const again = await asked();
    expect(again.names).toHaveLength(200);
    expect(again.headers["x-token"]).toBe("t2");
    again.open();
    await areLive(followers);
    expect([calls, server.requests.length]).toEqual([["old"], 2]);
  });

  it("that a stream is refused for are renewed once, and a second refusal in a row is final", async () => {
    const { followAll, range, calls, asked, clock } = await withToken();
    const followers = followAll(...range(20));
    (await asked()).answer(401);
    await until(() => clock.pending.includes(10));
    (await asked()).answer(401);
    await until(() => followers.every(({ told }) => told.length === 1));
    for (const { told } of followers) expect(told).toEqual(["error: unauthorized"]);
    expect(calls).toHaveLength(1);
  });

  it("that a lane is refused for are renewed once, and a second refusal in a row is final for that lane", async () => {
    const { followAll, calls, asked, clock, areLive } = await withToken();
    const [one, other] = followAll("one", "other") as [Follower, Follower];
    (await asked()).refuse("one", "unauthorized").open(["other"]);
    await areLive([other]);
    await until(() => clock.pending.includes(10));
    (await asked()).refuse("one", "unauthorized");
    await until(() => one.told.length === 1);
    expect([one.told, other.told, calls]).toEqual([["error: unauthorized"], [], ["No"]]);
  });

  it("that a merge is refused for are renewed, and the merge is made again, while the base goes on", async () => {
    const { based, calls, next, clock } = await withToken();
    const { base, followers } = await based(3);
    base.send({ kind: "drain", retry: 500 });
    await until(() => clock.pending.includes(500));
    clock.advance(500);
    (await next()).answer(401);
    await until(() => calls.length === 1);
    await until(() => clock.pending.includes(0));
    clock.advance(0);
    const merged = await next();
    expect(merged.headers["x-token"]).toBe("t2");
    merged.open();
    await until(() => base.isGone);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
  });
});

describe("a server that drains", () => {
  it("is left for a new stream after its time, without a gap", async () => {
    const { based, next, clock, server } = await setUpLanes();
    const { base, followers } = await based(20);
    base.send({ kind: "drain", retry: 700 });
    await until(() => clock.pending.includes(700));
    clock.advance(699);
    expect(server.requests).toHaveLength(1);
    clock.advance(1);
    const merged = await next();
    base.in("s0", token("a", 1));
    await until(() => followers[0]?.told.length === 1);
    expect(base.isGone).toBe(false);
    merged.open();
    await until(() => base.isGone);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
  });

  it("and refuses the new stream is asked again with growing delays", async () => {
    const { based, next, clock } = await setUpLanes({ retry: { random: () => 0.6 } });
    const { base } = await based(3);
    base.send({ kind: "drain", retry: 700 });
    for (const delay of [700, 600, 1_200, 2_400]) {
      await until(() => clock.pending.includes(delay));
      clock.advance(delay);
      (await next()).answer(503);
    }
    expect(base.isGone).toBe(false);
  });

  it("drains every stream at once is not asked more often than once a second, in the long run", async () => {
    const { follow, asked, clock, server } = await setUpLanes();
    follow("one");
    const drain = { kind: "drain", retry: 0 } as const;
    (await asked()).open().send(drain);
    const startedAt = clock.monotonic();
    for (let count = 2; count <= 20; count++) {
      await until(() => {
        clock.advance(50);
        return server.requests.length >= count;
      });
      (await asked()).open().send(drain);
    }
    expect(clock.monotonic() - startedAt).toBeGreaterThan(8_000);
  });
});

describe("a browser without a free connection", () => {
  it("gets the base's for a merge after a second", async () => {
    const { based, follow, asked, areLive, clock } = await setUpLanes();
    const { base, followers } = await based(3);
    const added = follow("n0");
    const merged = await asked();
    clock.advance(999);
    expect(base.isGone).toBe(false);
    clock.advance(1);
    await until(() => base.isGone);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live", "reconnecting"]);
    merged.open();
    await areLive([...followers, added]);
  });

  it("gets the base's for newcomers, too: then all are opened at once", async () => {
    const { based, follow, asked, areLive, clock, next } = await setUpLanes();
    const { base, followers } = await based(20);
    const added = follow("n0");
    const newcomers = await asked();
    clock.advance(1_000);
    const all = await next();
    await until(() => base.isGone && newcomers.isGone);
    expect(all.names).toHaveLength(21);
    all.open();
    await areLive([...followers, added]);
  });

  it("is waited for as long as answers usually take", async () => {
    const { followAll, range, follow, asked, areLive, clock } = await setUpLanes();
    const followers = followAll(...range(3));
    const base = await asked();
    clock.advance(900);
    base.open();
    await areLive(followers);
    follow("n0");
    await asked();
    clock.advance(3_599);
    expect(base.isGone).toBe(false);
    clock.advance(1);
    await until(() => base.isGone);
  });

  it("doesn't get that of a lane without a cursor", async () => {
    const { based, follow, asked, clock, areLive, next } = await setUpLanes();
    const { base, followers } = await based(20);
    followers[0]?.stop();
    void base;
    const fresh = follow("n0");
    const newcomers = (await asked()).openOnly("n0");
    await until(() => clock.pending.includes(37_500));
    clock.advance(2_000); // a merge is due
    clock.advance(5_000);
    expect(newcomers.isGone).toBe(false);
    newcomers.in("n0", live(2));
    await areLive([fresh]);
    clock.advance(10);
    const merged = await next();
    expect(merged.asked.find(({ input }) => input?.prompt === "n0")?.cursor).toBe(at(2));
  });
});

describe("a hidden tab", () => {
  it("has no second stream: newcomers are merged at once", async () => {
    const { based, follow, asked } = await setUpLanes();
    await based(20);
    vi.stubGlobal("document", { visibilityState: "hidden" });
    follow("n0");
    expect((await asked()).names).toHaveLength(21);
  });
});
