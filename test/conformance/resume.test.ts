import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { goal, posts, range } from "./events.js";
import { type OpenOptions, open } from "./reader.js";
import { startWorld } from "./world.js";

const ways: [string, (cursor: string) => OpenOptions][] = [
  ["the header", (cursor) => ({ headers: { "last-event-id": cursor } })],
  ["a POST's body", (cursor) => ({ body: { cursor } })],
  ["the query", (cursor) => ({ lastEventId: cursor })],
  ["the query of a POST", (cursor) => ({ body: {}, lastEventId: cursor })],
];

describeAdapters("resume", (adapter) => {
  it.each(ways)("takes the cursor from %s (PROTOCOL §2.1)", async (_what, by) => {
    const world = await startWorld(adapter);
    const { head } = world.contract.feed;
    const { cursor } = await world.topic(head).publish(posts(1, 2));
    await world.topic(head).publish(posts(3, 4));
    const reader = await (await open(world, "feed/head", by(cursor))).live();
    expect(reader.numbers).toEqual([3, 4]);
    expect(reader.names).toEqual(["$retry", "$open", "post", "post", "$live"]);
  });

  it("prefers the header, then the body, then the query, and ignores an empty cursor (PROTOCOL §2.1)", async () => {
    const world = await startWorld(adapter);
    const at: string[] = [];
    for (const n of range(1, 4)) at.push((await world.topic(world.contract.feed.head).publish(posts(n))).cursor);
    const [one = "", two = "", three = ""] = at;
    const missed = async (header: string | undefined, cursor: string | null, lastEventId: string) => {
      const headers = header === undefined ? {} : { "last-event-id": header };
      return (await (await open(world, "feed/head", { headers, body: { cursor }, lastEventId })).live()).numbers;
    };
    expect(await missed(one, two, three)).toEqual([2, 3, 4]);
    expect(await missed(undefined, two, three)).toEqual([3, 4]);
    expect(await missed("", two, three)).toEqual([3, 4]);
    expect(await missed("", "", three)).toEqual([4]);
    expect(await missed(undefined, null, three)).toEqual([4]);
    expect(await missed("", "", "")).toEqual([]);
  });

  it("at the head sends no event twice and no snapshot (PROTOCOL §7.2)", async () => {
    const world = await startWorld(adapter);
    const input = { matchId: "m1" };
    const { cursor } = await world.topic(world.contract.scores.watch, input).publish([goal("home"), goal("away")]);
    const reader = await (await open(world, "scores/watch", { input, lastEventId: cursor })).live();
    expect(reader.names).toEqual(["$retry", "$open", "$live"]);
    expect(reader.cursor).toBe(cursor);
  });

  it("sends a state's missed events in wire form, and no snapshot (PROTOCOL §7.2)", async () => {
    const world = await startWorld(adapter);
    const { watch } = world.contract.scores;
    const input = { matchId: "m1" };
    const first = await (await open(world, "scores/watch", { input })).live();
    first.destroy();
    const at = new Date(0);
    await world.topic(watch, input).publish([goal("home", 7), { type: "fullTime", data: { at } }]);
    const reader = await (await open(world, "scores/watch", { input, lastEventId: first.cursor })).live();
    expect(reader.names).toEqual(["$retry", "$open", "goal", "fullTime", "$live"]);
    expect(reader.data).toEqual([{ team: "home", minute: 7 }, { at: "1970-01-01T00:00:00.000Z" }]);
  });

  it("continues from any event's id, through more than a page of missed events (PROTOCOL §7.2)", async () => {
    const world = await startWorld(adapter);
    const { oldest } = world.contract.feed;
    await world.topic(oldest).publish(posts(...range(1, 1_100)));
    const all = (await (await open(world, "feed/oldest")).live()).events;
    for (const index of [0, 255, 256, 511, 1_098, 1_099]) {
      const { id = "" } = all[index] ?? {};
      const reader = await (await open(world, "feed/oldest", { lastEventId: id })).live();
      expect(reader.events).toEqual(all.slice(index + 1));
    }
  });

  it("loses and duplicates nothing, however often a reader is cut while events arrive (PROTOCOL §4.2)", async () => {
    const world = await startWorld(adapter);
    const { oldest } = world.contract.feed;
    const got: number[] = [];
    let lastEventId = "";
    let published = 0;
    while (got.length < 400) {
      const reader = await open(world, "feed/oldest", { lastEventId });
      const wanted = 1 + (got.length % 23);
      for (let i = 0; i < wanted; i++) void world.topic(oldest).publish(posts(++published));
      await reader.received(wanted);
      reader.destroy();
      got.push(...reader.numbers);
      lastEventId = reader.cursor;
    }
    expect(got).toEqual(range(1, got.length));
  });

  it.each([
    "x",
    "a.b",
    "a.1",
    "a.01.b",
    "a.1.b.c",
    "a.-1.b",
    "é.1.b",
    "a.9007199254740992.b",
    `${"e".repeat(130)}.1.m`,
  ])("refuses %j as a cursor (PROTOCOL §6.2)", async (cursor) => {
    const world = await startWorld(adapter);
    for (const path of ["feed/head", "feed/posted", "own/place", "bot/once"]) {
      const answer = await ask(world, path, { body: { cursor } });
      expectProblem(answer, { status: 400, code: "badRequest" });
    }
  });

  it("authorises again, whatever the cursor (PROTOCOL §6.2)", async () => {
    const world = await startWorld(adapter);
    const { cursor } = await world.topic(world.contract.feed.private).publish(posts(1));
    const answer = await ask(world, "feed/private", { lastEventId: cursor });
    expectProblem(answer, { status: 401, code: "unauthorized" });
  });

  it("resumes a subscription that accepts only POST (PROTOCOL §2.1)", async () => {
    const world = await startWorld(adapter);
    const first = await (await open(world, "feed/posted", { body: {} })).live();
    await world.topic(world.contract.feed.posted).publish(posts(1));
    await first.received(1);
    first.destroy();
    await world.topic(world.contract.feed.posted).publish(posts(2));
    const second = await (await open(world, "feed/posted", { body: { cursor: first.cursor } })).live();
    expect(second.numbers).toEqual([2]);
  });
});
