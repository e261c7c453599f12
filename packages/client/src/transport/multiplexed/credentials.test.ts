import { describe, expect, it } from "vitest";
import { type Follower, setUpLanes } from "../../test-kit/lanes.test-kit.js";
import { until } from "../../test-kit/set-up.test-kit.js";

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

  /** A drain makes a merge, which is refused; the next has new credentials. */
  async function renewedByMerge() {
    const world = await withToken();
    const { based, calls, asked, clock } = world;
    const { base, followers } = await based(3);
    base.send({ kind: "drain", retry: 500 });
    await until(() => clock.pending.includes(500));
    clock.advance(500);
    (await asked()).answer(401);
    await until(() => calls.length === 1);
    await until(() => clock.pending.includes(10));
    return { ...world, base, followers, merged: await asked() };
  }

  it("that a merge is refused for are renewed, and the merge is made again, while the base goes on", async () => {
    const { base, followers, merged } = await renewedByMerge();
    expect(merged.headers["x-token"]).toBe("t2");
    merged.open();
    await until(() => base.isGone);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
  });

  it("that a merge is refused for twice in a row are not renewed again: it is final", async () => {
    const { followers, calls, merged } = await renewedByMerge();
    merged.answer(401);
    await until(() => followers.every(({ told }) => told.length === 1));
    for (const { told } of followers) expect(told).toEqual(["error: unauthorized"]);
    expect(calls).toHaveLength(1);
  });

  it("that a merge has renewed are renewed again when they expire, in lanes that are older than they", async () => {
    const { base, followers, merged, calls, asked, areLive, clock } = await renewedByMerge();
    merged.open();
    await until(() => base.isGone);
    for (const { name } of followers)
      merged.in(name, { kind: "error", code: "unauthorized", message: "old", final: false });
    await until(() => merged.isGone);
    await until(() => clock.pending.includes(10));
    const again = await asked();
    expect([again.headers["x-token"], calls.length]).toEqual(["t3", 2]);
    again.open();
    await areLive(followers);
  });

  it("that are being renewed when a merge is sent with the old ones are no reason to give up when it is refused", async () => {
    let finish = () => {};
    let calls = 0;
    const { based, asked, follow, areLive, clock } = await setUpLanes({
      onUnauthorized() {
        calls++;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    });
    const { base, followers } = await based(3);
    base.send({ kind: "drain", retry: 500 });
    await until(() => clock.pending.includes(500));
    clock.advance(500);
    (await asked()).answer(401);
    await until(() => calls === 1);
    followers.push(follow("n0"));
    const late = await asked();
    expect(late.names).toEqual(["n0"]); // the others wait for new ones
    finish();
    late.answer(401);
    await until(() => clock.pending.includes(10));
    const merged = await asked();
    expect(merged.names.toSorted()).toEqual(["n0", "s0", "s1", "s2"]);
    merged.open();
    await areLive(followers);
    for (const { told } of followers) expect(told).toEqual([]);
    expect(calls).toBe(1);
  });
});
