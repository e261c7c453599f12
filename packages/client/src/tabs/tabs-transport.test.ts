import { SluiceError } from "@sluice/contract";
import { describe, expect, it } from "vitest";
import { at } from "../test-kit/set-up.test-kit.js";
import { type ClientTab, createTabsWorld, type Followed, name, posts } from "../test-kit/tabs-world.test-kit.js";

/** Three tabs that follow the feed and have got one event. The first one leads, and the second one is hidden. */
async function three() {
  const world = createTabsWorld();
  const { server, settle, open } = world;
  const [one, two, three] = [open("a"), open("b", { isVisible: false }), open("c")];
  const [a, b, c] = [one.follow("feed"), two.follow("feed"), three.follow("feed")];
  await settle();
  server.publish("feed");
  await settle();
  for (const { values } of [a, b, c]) expect(values).toEqual([1]);
  expect(server.streams).toMatchObject([{ tab: "a", path: "feed" }]);
  const asked = server.requests.length;
  const newRequests = () => server.requests.slice(asked);
  return { ...world, newRequests, one, two, three, a, b, c };
}

it("serves all tabs by one stream of the first", async () => {
  const { server, settle, newRequests, a, b, c } = await three();
  server.publish("feed", 3);
  await settle();
  for (const { values, told } of [a, b, c]) {
    expect(values).toEqual(posts(1, 4));
    expect(told).toEqual(["connecting", "live"]);
  }
  expect(newRequests()).toEqual([]);
});

it("says in all tabs that what they show may be old, until it isn't any more", async () => {
  const { server, settle, a, b, c } = await three();
  server.tellStore(false);
  await settle();
  expect([a, b, c].map(({ told }) => told.at(-1))).toEqual(["live, stale", "live, stale", "live, stale"]);
  c.stop();
  server.tellStore(true);
  await settle();
  for (const { told } of [a, b]) expect(told).toEqual(["connecting", "live", "live, stale", "live"]);
});

it("says so in a tab that comes then, too, once it shares the stream of the others", async () => {
  const { server, settle, open, a, b, c } = await three();
  server.tellStore(false);
  await settle();
  const late = open("d").follow("feed");
  await settle();
  expect(server.streams).toHaveLength(1);
  expect([a, b, c, late].map(({ told }) => told.at(-1))).toEqual(Array(4).fill("live, stale"));
});

describe("another tab goes on, and none misses an event, when the leading one", () => {
  it.each<[string, (tab: ClientTab, followed: Followed) => void]>([
    ["is closed, frozen or cached", (tab) => tab.freeze()],
    ["crashes", (tab) => tab.crash()],
    ["closes its client", (tab) => tab.close()],
  ])("%s", async (_, leave) => {
    const { server, settle, one, a, b, c } = await three();
    leave(one, a);
    server.publish("feed", 2);
    await settle();
    server.publish("feed", 2);
    await settle();
    expect(server.streams).toMatchObject([{ tab: "b" }]);
    for (const { values, told } of [b, c]) {
      expect(values).toEqual(posts(1, 5));
      expect(told.at(-1)).toBe("live");
    }
    expect(a.values).toEqual([1]);
  });
});

it("goes on in the leading tab for others when it has no subscription itself any more", async () => {
  const { server, settle, a, b, c } = await three();
  a.stop();
  server.publish("feed");
  await settle();
  for (const { values } of [b, c]) expect(values).toEqual([1, 2]);
  expect(server.streams).toMatchObject([{ tab: "a" }]);
  b.stop();
  c.stop();
  await settle();
  expect(server.streams).toEqual([]);
});

it("a visible tab takes the place of a leading one that doesn't answer, within 4 seconds, and that one follows then", async () => {
  const { browser, server, settle, pass, one, a, b, c } = await three();
  await pass(10_000);
  expect(server.streams).toMatchObject([{ tab: "a" }]);
  one.block();
  server.publish("feed", 2);
  await pass(4_000);
  expect(server.streams).toMatchObject([{ tab: "a" }, { tab: "c" }]); // the busy one couldn't close its own
  for (const { values } of [b, c]) expect(values).toEqual([1, 2, 3]);
  one.unblock();
  await settle();
  server.publish("feed");
  await settle();
  expect(server.streams).toMatchObject([{ tab: "c" }]);
  for (const { values } of [a, b, c]) expect(values).toEqual(posts(1, 4));
  for (const { stop } of [a, b, c]) stop();
  await settle();
  expect(browser.locks).toEqual([]);
});

it("a tab from which the lock was stolen before it knew that it had it leads when it is its turn again", async () => {
  const { server, settle, pass, one, two, three: other, b, c } = await three();
  two.block();
  one.close();
  await pass(4_000);
  server.publish("feed");
  await settle();
  expect(c.values).toEqual([1, 2]);
  two.unblock();
  await settle();
  expect(b.values).toEqual([1, 2]);
  other.close();
  server.publish("feed");
  await settle();
  expect(b.values).toEqual([1, 2, 3]);
});

it("a tab whose leading place was taken says so, for those who have heard of it only now", async () => {
  const { browser, settle, pass, one } = await three();
  const said: unknown[] = [];
  browser.open("d").page.openChannel(name, (data) => said.push(...(data as unknown[])));
  await pass(1_000);
  const lead = said.find((message) => (message as { kind: string }).kind === "lead") as { leader: string };
  one.block();
  await pass(4_000);
  one.unblock();
  await settle();
  expect(said).toContainEqual({ kind: "resigned", leader: lead.leader });
});

it("a tab that has followed another for a moment comes back, and what it has left meanwhile is left", async () => {
  const { browser, server, settle, three: other, a, b, c } = await three();
  const match = other.follow("match");
  await settle();
  expect(server.streams).toHaveLength(2);
  browser.post(name, [{ kind: "lead", leader: "ghost" }]);
  await settle();
  match.stop();
  browser.post(name, [{ kind: "resigned", leader: "ghost" }]);
  await settle();
  expect(server.streams).toMatchObject([{ tab: "a", path: "feed" }]);
  server.publish("feed");
  await settle();
  for (const { values } of [a, b, c]) expect(values).toEqual([1, 2]);
});

it("a hidden tab waits for the leading one, and takes its place when it is shown", async () => {
  const { server, pass, one, two, three: other, b } = await three();
  other.close();
  one.block();
  server.publish("feed", 2);
  await pass(60_000);
  expect(b.values).toEqual([1]);
  two.show();
  await pass(4_000);
  expect(b.values).toEqual([1, 2, 3]);
});

it("a tab that was busy itself doesn't take the silence for the leading one's", async () => {
  const { server, clock, settle, pass, three: other } = await three();
  other.block();
  await pass(10_000);
  other.unblock();
  await settle();
  for (let i = 0; i < 20; i++) {
    clock.advance(500);
    await settle();
  }
  expect(server.streams).toMatchObject([{ tab: "a" }]);
});

it("a frozen tab that is back goes on from its cursor, out of what the leading one still has", async () => {
  const { server, settle, newRequests, three: other, c } = await three();
  other.freeze();
  server.publish("feed", 5);
  await settle();
  other.thaw();
  await settle();
  expect(c.values).toEqual(posts(1, 6));
  expect(newRequests()).toEqual([]);
});

it("who is too far behind catches up by a stream of its own, and then shares again", async () => {
  const { server, settle, newRequests, three: other, a, b, c } = await three();
  other.freeze();
  server.publish("feed", 2_000);
  await settle();
  other.thaw();
  await settle();
  server.publish("feed");
  await settle();
  for (const { values } of [a, b, c]) expect(values).toEqual(posts(1, 2_002));
  expect(newRequests()).toMatchObject([{ tab: "a", cursor: at(1) }]);
  expect(server.streams).toHaveLength(1);
});

it("who begins gets what a stream of its own begins with, and then shares", async () => {
  const { server, settle, open, one, a } = await three();
  const match = one.follow("match");
  server.publish("scores/watch", 3);
  await settle();
  expect(match.values.at(-1)).toBe(3);
  const late = open("d");
  const [feed, score] = [late.follow("feed"), late.follow("match")];
  await settle();
  expect(score.values).toEqual([3]);
  server.publish("scores/watch");
  server.publish("feed");
  await settle();
  expect(feed.values).toEqual([2]);
  expect(score.values).toEqual([3, 4]);
  expect(a.values).toEqual([1, 2]);
  expect(server.streams).toHaveLength(2);
});

it("a gap in history reaches each tab", async () => {
  const { server, settle, a, b, c } = await three();
  server.cut();
  await settle();
  server.publish("feed", 5);
  server.trim("feed", 2);
  server.reopen();
  await settle();
  for (const { all } of [a, b, c]) {
    expect(all).toEqual(["connecting", "live", 1, "reconnecting", "reset trimmed", 5, 6, "live"]);
  }
});

it("who joins while the next attempt is waited for makes it at once, as with a stream of its own", async () => {
  const { server, clock, settle, three: other, a, b, c } = await three();
  other.freeze();
  server.cut({ retryAt: clock.now() + 30_000 });
  await settle();
  expect(a.told.at(-1)).toBe("reconnecting");
  other.thaw();
  await settle();
  for (const { told } of [a, b, c]) expect(told.at(-1)).toBe("live");
});

it("what is subscribed to while the page is gone waits until it is back", async () => {
  const { browser, server, settle, open } = createTabsWorld();
  const tab = open("a");
  tab.freeze();
  const a = tab.follow("feed");
  expect(a.told).toEqual(["connecting"]);
  expect(browser.locks).toEqual([]);
  tab.thaw();
  await settle();
  expect(a.told).toEqual(["connecting", "live"]);
  expect(server.streams).toHaveLength(1);
});

it("connection states reach each tab", async () => {
  const { server, settle, a, b, c } = await three();
  server.cut();
  await settle();
  server.reopen();
  await settle();
  for (const { told } of [a, b, c]) expect(told).toEqual(["connecting", "live", "reconnecting", "live"]);
});

it.each<[string, SluiceError | undefined, string]>([
  ["an end", undefined, "end"],
  ["an error that the contract doesn't declare", new SluiceError("forbidden"), "forbidden"],
  ["new credentials that are refused", new SluiceError("unauthorized"), "unauthorized"],
])("%s is one for each tab", async (_, error, word) => {
  const { server, settle, a, b, c } = await three();
  server.end("feed", error);
  await settle();
  for (const { told } of [a, b, c]) expect(told).toEqual(["connecting", "live", "closed", word]);
  expect(server.streams).toEqual([]);
});

it("the data of a declared error is decoded by the tab's own contract", async () => {
  const { server, settle, open, one } = await three();
  const errors: unknown[] = [];
  const other = open("d");
  for (const tab of [one, other])
    tab.follow(
      "match",
      () => {},
      (error) => errors.push(error.data),
    );
  await settle();
  const data = { at: "2026-06-11T19:52:00.000Z" };
  server.end("scores/watch", new SluiceError("matchNotFound", { status: 404, data }));
  await settle();
  expect(errors).toEqual([{ at: new Date(data.at) }, { at: new Date(data.at) }]);
});

it("a resync gives its tab a fresh snapshot, and changes nothing for others", async () => {
  const { server, settle, one, three: other } = await three();
  const [a, c] = [one.follow("match"), other.follow("match")];
  await settle();
  server.publish("scores/watch");
  await settle();
  const asked = server.requests.length;
  let isFresh = false;
  void c.resync().then(() => {
    isFresh = true;
  });
  server.publish("scores/watch");
  await settle();
  expect(isFresh).toBe(true);
  expect(server.requests.slice(asked)).toMatchObject([{ cursor: undefined }]);
  server.publish("scores/watch");
  await settle();
  expect(a.all).toEqual(["connecting", 0, "live", 1, 2, 3]);
  expect(c.values.at(-1)).toBe(3);
  expect(c.told).toEqual(["connecting", "live"]);
  expect(server.streams).toHaveLength(2); // the feed and the match
});

it("a resync that meets a newcomer's stream takes that, and goes on with its own until it is open", async () => {
  const { server, settle, open, one, three: other } = await three();
  const [, c] = [one.follow("match"), other.follow("match")];
  const late = open("d");
  const feed = late.follow("feed");
  await settle();
  server.holds = true;
  const d = late.follow("match");
  await settle();
  void c.resync();
  server.publish("scores/watch", 2);
  await settle();
  expect(c.values).toEqual([0, 1, 2]);
  expect(d.values).toEqual([]);
  server.holds = false;
  await settle();
  expect(c.values.at(-1)).toBe(2);
  expect(d.values).toEqual([2]);
  expect(c.told).toEqual(["connecting", "live"]);
  expect(server.streams).toHaveLength(2);
  feed.stop();
});

it("what a tab that crashed has subscribed to is left at once", async () => {
  const { server, settle, three: other } = await three();
  other.follow("match");
  await settle();
  expect(server.streams).toMatchObject([{ path: "feed" }, { path: "scores/watch" }]);
  other.crash();
  await settle();
  expect(server.streams).toMatchObject([{ path: "feed" }]);
});

it("takes part only while something is subscribed to", async () => {
  const { browser, clock, settle, open, a, b, c } = await three();
  open("d");
  await settle();
  expect(browser.channels).toEqual([name, name, name]);
  for (const { stop } of [a, b, c]) stop();
  await settle();
  expect(browser.channels).toEqual([]);
  expect(browser.locks).toEqual([]);
  expect(clock.pending).toEqual([]);
});

it("a message that was lost is noticed with the next one, and what it brought is asked for", async () => {
  const { browser, server, settle, newRequests, c } = await three();
  browser.loseNext("c");
  server.publish("feed");
  await settle();
  expect(c.values).toEqual([1]);
  server.publish("feed");
  await settle();
  expect(c.values).toEqual([1, 2, 3]);
  expect(newRequests()).toEqual([]);
});

it("what else is posted on the channel changes nothing", async () => {
  const { browser, server, settle, a, b, c } = await three();
  const join = { kind: "join", leader: "a#3", tab: "x", lane: 1, ask: 1, path: "feed", isGet: true };
  for (const data of [
    null,
    5,
    "hello",
    [null],
    [{ kind: "feed" }],
    [{ ...join, text: "{no json" }],
    [{ kind: "toString" }],
  ]) {
    browser.post(name, data);
  }
  server.publish("feed");
  await settle();
  for (const { values } of [a, b, c]) expect(values).toEqual([1, 2]);
});

it("where the platform refuses locks, each tab has its own streams", async () => {
  const { browser, server, settle, open } = createTabsWorld();
  browser.refusesLocks = true;
  const followed = [open("a").follow("feed"), open("b").follow("feed")];
  await settle();
  server.publish("feed");
  await settle();
  for (const { values, told } of followed) {
    expect(values).toEqual([1]);
    expect(told).toEqual(["connecting", "live"]);
  }
  expect(server.streams).toMatchObject([{ tab: "a" }, { tab: "b" }]);
});

it("a plain generator has a run for each tab, and is remembered", async () => {
  const { server, settle, open } = createTabsWorld();
  server.openFrame = { stream: "stream", resumable: false };
  const [one, two] = [open("a"), open("b")];
  const [a, b] = [one.follow("feed"), two.follow("feed")];
  await settle();
  server.publish("feed");
  await settle();
  expect([a.values, b.values]).toEqual([[1], [1]]);
  expect(server.streams).toMatchObject([{ tab: "a" }, { tab: "b" }]);
  a.stop();
  const asked = server.requests.length;
  const again = one.follow("feed");
  await settle();
  expect(again.told).toEqual(["connecting", "live"]);
  expect(server.requests.slice(asked)).toMatchObject([{ tab: "a" }]);
});

it("a generator's run that another tab has opened ends with that tab", async () => {
  const { server, settle, open } = createTabsWorld();
  const [one, two] = [open("a"), open("b")];
  one.follow("match");
  await settle();
  server.openFrame = { stream: "stream", resumable: false };
  const b = two.follow("feed");
  await settle();
  expect(b.told).toEqual(["connecting", "live"]);
  one.crash();
  await settle();
  expect(b.told).toEqual(["connecting", "live", "closed", "interrupted"]);
});

it("a tab whose contract is newer than the server has a stream of its own, as it waits for another server", async () => {
  const { server, settle, open } = createTabsWorld();
  server.openFrame = { version: 1 };
  const [one, two] = [open("a"), open("b")];
  const a = one.follow("match");
  await settle();
  const b = two.follow("newerMatch");
  await settle();
  expect(a.told).toEqual(["connecting", "live"]);
  expect(b.told).toEqual(["connecting", "live"]);
  expect(server.streams).toMatchObject([{ tab: "a" }, { tab: "b" }]);
});

it("an attempt that a hidden leading tab makes late is made when a visible tab asks", async () => {
  const { server, clock, settle, open, pass } = createTabsWorld();
  const one = open("a", { isVisible: false });
  const a = one.follow("feed");
  const c = open("c").follow("feed");
  await settle();
  server.cut({ retryAt: clock.now() + 5_000 });
  await pass(4_000);
  expect(a.told.at(-1)).toBe("reconnecting");
  await pass(3_000);
  for (const { told } of [a, c]) expect(told.at(-1)).toBe("live");
});
