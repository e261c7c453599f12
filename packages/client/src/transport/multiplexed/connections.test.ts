import { setMaxListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { setUpLanes, token, waitOf } from "../../test-kit/lanes.test-kit.js";
import { at, live, until } from "../../test-kit/set-up.test-kit.js";

afterEach(() => vi.unstubAllGlobals());

describe("a server that drains", () => {
  it("is left for a new stream after its time, without a gap", async () => {
    const { based, asked, clock, server } = await setUpLanes();
    const { base, followers } = await based(20);
    base.send({ kind: "drain", retry: 700 });
    await until(() => clock.pending.includes(700));
    clock.advance(699);
    expect(server.requests).toHaveLength(1);
    clock.advance(1);
    const merged = await asked();
    expect(merged.names).toHaveLength(20);
    base.in("s0", token("a", 1));
    await until(() => followers[0]?.told.length === 1);
    expect(base.isGone).toBe(false);
    merged.open();
    await until(() => base.isGone);
    for (const { statuses } of followers) expect(statuses).toEqual(["connecting", "live"]);
  });

  it("and refuses the new stream is asked again with growing delays", async () => {
    const { based, asked, clock } = await setUpLanes({ retry: { random: () => 0.6 } });
    const { base } = await based(3);
    base.send({ kind: "drain", retry: 700 });
    for (const delay of [700, 600, 1_200, 2_400]) {
      await until(() => clock.pending.includes(delay));
      clock.advance(delay);
      (await asked()).answer(503);
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

/** What is asked for to see whether there is a connection. */
const isProbe = ({ path }: { path: string }) => path === "/api/$";

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
    clock.advance(500);
    const probe = await next();
    expect(isProbe(probe)).toBe(true);
    clock.advance(500);
    const all = await next();
    await until(() => base.isGone && newcomers.isGone && probe.isGone);
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
    clock.advance(2_000);
    const merged = await next();
    expect(merged.asked.find(({ input }) => input?.prompt === "n0")?.cursor).toBe(at(2));
  });
});

/** As in a browser, any number may listen without a warning. */
function stubWindow(): EventTarget {
  const window = new EventTarget();
  setMaxListeners(0, window);
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
  vi.stubGlobal("removeEventListener", window.removeEventListener.bind(window));
  return window;
}

describe("when the network or the page comes back", () => {
  it.each(["online", "pageshow"])("(%s), all lanes that wait are opened at once, on one stream", async (type) => {
    const window = stubWindow();
    const { based, clock, asked, areLive } = await setUpLanes();
    const { base, followers } = await based(20);
    base.cut();
    await waitOf(followers, clock);
    window.dispatchEvent(new Event(type));
    const again = await asked();
    expect(again.names).toHaveLength(20);
    again.open();
    await areLive(followers);
  });

  it("lanes that paused offline, and tried together at long intervals, are opened on one stream", async () => {
    const window = stubWindow();
    const navigator = { onLine: true };
    vi.stubGlobal("navigator", navigator);
    const { based, clock, asked, areLive } = await setUpLanes();
    const { base, followers } = await based(20);
    navigator.onLine = false;
    base.cut();
    expect(await waitOf(followers, clock)).toBe(22_500);
    for (const { connection } of followers) expect(connection.status).toBe("paused");
    clock.advance(22_500);
    const tried = await asked();
    expect(tried.names).toHaveLength(20);
    tried.destroy();
    await waitOf(followers, clock);
    navigator.onLine = true;
    window.dispatchEvent(new Event("online"));
    (await asked()).open();
    await areLive(followers);
  });

  it("a stream that died while the machine slept is replaced", async () => {
    const window = stubWindow();
    const { based, clock, asked } = await setUpLanes();
    const { base } = await based(20);
    clock.jump(3_600_000);
    window.dispatchEvent(new Event("pageshow"));
    await until(() => base.isGone);
    expect((await asked()).names).toHaveLength(20);
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
