import { setMaxListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { setUpLanes, token } from "../../test-kit/lanes.test-kit.js";
import { at, until } from "../../test-kit/set-up.test-kit.js";

afterEach(() => vi.unstubAllGlobals());

describe("a lane of a healthy stream", () => {
  it("stays there when the next stream refuses it, and follows the others after a backoff", async () => {
    const { based, follow, asked, areLive, clock } = await setUpLanes();
    const { base, followers } = await based(3);
    const added = follow("n0");
    const merged = await asked();
    merged.refuse("s1", "tooManyRequests").open(["s0", "s2", "n0"]);
    await areLive([added]);
    base.in("s1", token("a", 1)).in("s0", token("never", 1));
    await until(() => followers[1]?.told.length === 1);
    merged.in("s0", token("b", 1));
    await until(() => followers[0]?.told.length === 1);
    expect(base.isGone).toBe(false);
    await until(() => clock.pending.includes(500));
    clock.advance(500);
    const again = await asked();
    expect(again.asked.map(({ input, cursor }) => [input?.prompt, cursor])).toEqual([["s1", at(1)]]);
    again.open().in("s1", token("c", 2));
    await until(() => base.isGone && followers[1]?.told.length === 2);
    expect(followers.map(({ told }) => told)).toEqual([["b"], ["a", "c"], []]);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
  });

  it("stays there while the server wants it to wait for longer than the set is quiet", async () => {
    const { based, follow, asked, areLive, clock, server } = await setUpLanes();
    const { base, followers } = await based(3);
    const added = follow("n0");
    const merged = (await asked()).openOnly("s1", { head: undefined as never });
    merged.in("s1", { kind: "error", code: "tooManyRequests", message: "No", retryAfter: 20_000, final: false });
    merged.open(["s0", "s2", "n0"]);
    await areLive([added]);
    await until(() => clock.pending.some((ms) => ms >= 20_000 && ms < 30_000));
    for (let second = 0; second < 19; second++) {
      clock.advance(1_000);
      base.in("s1", token(`${second}`, second + 1)).send({ kind: "comment", text: "" });
      merged.send({ kind: "comment", text: "" });
      await until(() => followers[1]?.told.length === second + 1);
    }
    expect(server.requests).toHaveLength(2);
    expect(followers[1]?.statuses).toEqual(["connecting", "live"]);
  });
});

describe("where new streams are not answered, as by a proxy", () => {
  it("the lanes of the base go on, as long as other requests are answered", async () => {
    const { based, follow, asked, areLive, clock, next } = await setUpLanes();
    const { base, followers } = await based(20);
    const added = follow("n0");
    const newcomers = await asked();
    clock.advance(500);
    const probe = await next();
    expect([probe.path, probe.asked]).toEqual(["/api/$", []]);
    probe.answer(404);
    for (let second = 0; second < 9; second++) {
      base.in("s0", token(`${second}`, second + 1));
      await until(() => followers[0]?.told.length === second + 1);
      clock.advance(1_000);
    }
    clock.advance(500);
    await until(() => newcomers.isGone && added.connection.retryAt !== undefined);
    expect([base.isGone, added.connection.error?.code]).toEqual([false, "timeout"]);
    clock.advance(500);
    (await asked()).open();
    await areLive([added]);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
  });

  it("so do those of a base that is to be merged, and those who come meanwhile wait", async () => {
    const { based, follow, asked, areLive, clock, next, server } = await setUpLanes();
    const { base, followers } = await based(3);
    const added = follow("n0");
    const merged = await asked();
    clock.advance(500);
    (await next()).answer(404);
    await until(() => !clock.pending.includes(500));
    const late = follow("n1");
    clock.advance(9_000);
    expect([base.isGone, server.requests.length]).toEqual([false, 3]);
    merged.open();
    await areLive([added]);
    const again = await asked();
    expect(again.names).toHaveLength(5);
    again.open();
    await areLive([late]);
    await until(() => base.isGone);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
  });
});

describe("a tab that becomes hidden", () => {
  it("merges at once, and has one connection", async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
    setMaxListeners(0, page); // as in a browser, any number may listen without a warning
    vi.stubGlobal("document", page);
    const { based, follow, asked, areLive } = await setUpLanes();
    const { base } = await based(20);
    const added = follow("n0");
    const newcomers = (await asked()).open();
    await areLive([added]);
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    const merged = await asked();
    expect(merged.names).toHaveLength(21);
    merged.open();
    await until(() => base.isGone && newcomers.isGone);
  });
});

describe("where each answer is cut after some bytes", () => {
  it("lanes take turns", async () => {
    const { followAll, range, asked, clock } = await setUpLanes();
    const followers = followAll(...range(12));
    const waiting = () => followers.filter(({ statuses }) => !statuses.includes("live"));
    for (let answers = 0; waiting().length > 0 && answers < 20; answers++) {
      const stream = await asked();
      const last = stream.open(stream.names.slice(0, 3)).names[Math.min(2, stream.names.length - 1)];
      await until(() => followers.find(({ name }) => name === last)?.connection.status === "live");
      stream.cut();
      await until(() => followers.every(({ connection }) => connection.retryAt !== undefined));
      clock.advance(Math.min(...followers.map(({ connection }) => connection.retryAt as number)) - clock.now());
    }
    expect(waiting().map(({ name }) => name)).toEqual([]);
  });
});
