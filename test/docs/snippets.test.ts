import { randomUUID } from "node:crypto";
import { createClient, type StateOf } from "@sluice/client";
import { createSluice, implement, memoryLog } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { expect, it, onTestFinished, vi } from "vitest";
import * as client from "../../apps/docs/snippets/client.js";
import { contract } from "../../apps/docs/snippets/contract.js";
import * as engines from "../../apps/docs/snippets/engines.js";
import * as inProcess from "../../apps/docs/snippets/fetch.js";
import { wakeBy } from "../../apps/docs/snippets/native.js";
import * as room from "../../apps/docs/snippets/own-snapshot.js";
import { endMatch, handles, reportGoal } from "../../apps/docs/snippets/server.js";
import { createSharedClient } from "../../apps/docs/snippets/tabs.js";
import { openScores } from "../../apps/docs/snippets/testing.js";
import { createSmallClient } from "../../apps/docs/snippets/types-only.js";
import * as versions from "../../apps/docs/snippets/versions.js";
import { publishPrices } from "../../apps/docs/snippets/worker.js";
import { enter, serveScores } from "./scores-server.js";

const until = (check: () => void) => vi.waitFor(check, 10_000);
const match = { matchId: "m1" };

const followScores = client.follow;

it("shows a score that a goal changes, and the goal", async () => {
  const { sluice, url } = await serveScores();
  const shown: string[] = [];
  const stop = client.follow(enter(url), "m1", (text) => shown.push(text));
  await until(() => expect(shown).toEqual(expect.arrayContaining(["0 : 0", "live"])));
  const first = client.firstGoal(enter(url), "m1");
  await until(() => expect(sluice.stats().streams).toBe(2));
  const cursor = await reportGoal(sluice, "m1", 12);
  expect(await reportGoal(sluice, "m1", 12)).toBe(cursor); // a retry
  await until(() => expect(shown.slice(-2)).toEqual(expect.arrayContaining(["goal for home in minute 12", "1 : 0"])));
  expect(await first).toBe(12);
  stop();
});

it("tells a store, and a client that is closed", async () => {
  const { sluice, url } = await serveScores();
  const [ann, seen] = [enter(url), [] as unknown[]];
  client.scoreOf(ann, "m1").subscribe(({ data, status }) => seen.push(data ?? status));
  await endMatch(sluice, "m1");
  await until(() => expect(client.score(ann, "m1")).toEqual({ home: 0, away: 1, over: true }));
  client.logOut(ann);
  await until(() => expect(seen.at(-1)).toMatchObject({ away: 1 }));
  await expect(ann.scores.matches()).rejects.toSatisfy((error) => !client.isForbidden(error));
});

it("refuses with the errors that the contract declares, and the built-in ones", async () => {
  const { sluice, url } = await serveScores();
  const referee = enter(url, "referee");
  expect(await client.reportGoal(enter(url), 1)).toBe("unauthorized");
  expect(await client.reportGoal(enter(url, "ann"), 1)).toBe("forbidden");
  expect(await client.reportGoal(enter(url, "banned"), 1)).toBe("forbidden");
  expect(await client.reportGoal(referee, 1)).toBe("reported");
  expect(await client.reportGoal(referee, 131)).toBe("not after minute 130");
  await endMatch(sluice, "m1");
  expect(await client.reportGoal(referee, 89)).toBe("the match is over");
});

it("filters, and brings events by a source while somebody subscribes", async () => {
  const { sluice, url } = await serveScores();
  for (const topic of ["sport", "weather"]) {
    await sluice.topic(contract.news).publish({ type: "story", data: { topic, title: `A ${topic} story` } });
  }
  const ann = enter(url);
  const titles: string[] = [];
  const ticks: number[] = [];
  ann.news.subscribe({ topics: ["weather"] }, { on: { story: ({ title }) => titles.push(title) } });
  ann.prices.ticks.subscribe({ symbol: "SLU" }, { on: { tick: ({ price }) => ticks.push(price) } });
  await until(() => expect(ticks.length).toBeGreaterThan(2));
  await until(() => expect(titles).toEqual(["A weather story"]));
  expect(ticks).toEqual(ticks.map((_, index) => 300 + index));
});

it("shows who is there", async () => {
  const { url } = await serveScores();
  let here: readonly string[] = [];
  enter(url, "ann").scores.who.subscribe(match, { onState: (state) => (here = state.here) });
  const bob = enter(url, "bob");
  bob.scores.who.subscribe(match, {});
  await until(() => expect(here.toSorted()).toEqual(["ann", "bob"]));
  bob.$close();
  await until(() => expect(here).toEqual(["ann"]));
});

it("runs a generator once for all who attach, until somebody stops it", async () => {
  const { url } = await serveScores();
  const [ann, bob] = [enter(url), enter(url)];
  const run = { runId: randomUUID(), prompt: "word ".repeat(400) };
  const [anns, bobs]: [string[], string[]] = [[], []];
  const ended = vi.fn();
  ann.assistant.answer.subscribe(run, { on: { token: (token) => anns.push(token) }, onEnd: ended });
  await until(() => expect(anns.length).toBeGreaterThan(2));
  bob.assistant.answer.subscribe(run, { on: { token: (token) => bobs.push(token) }, onEnd: ended });
  await until(() => expect(bobs.length).toBeGreaterThan(2));
  await bob.assistant.stop({ runId: run.runId });
  await until(() => expect(ended).toHaveBeenCalledTimes(2));
  expect(bobs).toEqual(anns);
  expect(anns.length).toBeLessThan(400);
});

it("has handles on topics that read, disconnect and delete", async () => {
  const { sluice, url } = await serveScores();
  const resets: string[] = [];
  const codes: string[] = [];
  await reportGoal(sluice, "m1", 12);
  const [ann, eve] = [enter(url, "ann"), enter(url, "eve")];
  ann.scores.watch.subscribe(match, { onReset: ({ reason }) => resets.push(reason) });
  eve.scores.watch.subscribe(match, { onError: ({ code }) => codes.push(code) });
  await until(() => expect(sluice.stats().subscriptions).toBe(2));
  expect(await handles(sluice)).toMatchObject({ state: { home: 1 } });
  await until(() => expect({ codes, resets }).toEqual({ codes: ["forbidden"], resets: ["epoch"] }));
});

it("has clients from types alone, and in the same process, with valibot", async () => {
  const { url } = await serveScores();
  const small = createSmallClient(url);
  onTestFinished(() => small.$close());
  expect(await small.scores.matches()).toEqual([{ matchId: "m1", home: "Ajax", away: "Porto" }]);
  expect(await inProcess.client.greet({ name: "Ann" })).toBe("Hello Ann");
});

it("has a client that shares its stream with other tabs, where there are such", async () => {
  const { sluice, url } = await serveScores();
  await reportGoal(sluice, "m1", 12);
  const shared = createSharedClient(url, "ann");
  onTestFinished(() => shared.$close());
  let state: StateOf<typeof contract.scores.watch> | undefined;
  shared.scores.watch.subscribe(match, { onState: (now) => (state = now) });
  await until(() => expect(state).toMatchObject({ home: 1 }));
});

it("publishes in a worker, once for each id", async () => {
  const log = memoryLog();
  async function* prices() {
    for (const id of ["a", "b", "b"]) yield { symbol: "SLU", price: 1, id };
  }
  await publishPrices(log, prices());
  expect((await log.open('prices/ticks?{"symbol":"SLU"}', { from: "oldest", limit: 10 })).page).toMatchObject({
    entries: [{ type: "tick" }, { type: "tick" }],
  });
});

it("migrates a state whose events are gone", async () => {
  const log = memoryLog({ retain: { events: 1 } });
  const { before, after } = versions;
  const old = createSluice(implement(before).$router({ watch: implement(before).watch.live() }), { log });
  const goals = Array.from({ length: 300 }, () => ({ type: "goal", data: { team: "home" } }) as const);
  await old.topic(before.watch, match).publish(goals);
  const now = createSluice(implement(after).$router({ watch: implement(after).watch.live() }), { log });
  await now.topic(after.watch, match).publish({ type: "card", data: { player: "Nine" } });
  const { state } = await now.topic(after.watch, match).state();
  expect(state).toEqual({ home: 300, away: 0, booked: ["Nine"] });
  await expect(old.topic(before.watch, match).state()).rejects.toMatchObject({ code: "unavailable" });
});

it("serves a history that a database keeps", async () => {
  const sluice = room.createRoom(memoryLog());
  const chat = createClient(room.contract, { url: "http://room/api", fetch: sluiceFetch(sluice, { base: "/api" }) });
  onTestFinished(() => chat.$close());
  await chat.say({ room: "lobby", id: "1", text: "before" });
  await sluice.topic(room.contract.room, { room: "lobby" }).delete(); // the log is lost, the database isn't
  let texts: string[] = [];
  chat.room.subscribe({ room: "lobby" }, { onState: (state) => (texts = state.map(({ text }) => text)) });
  await until(() => expect(texts).toEqual(["before"]));
  await chat.say({ room: "lobby", id: "2", text: "after" });
  await until(() => expect(texts).toEqual(["before", "after"]));
});

it("wakes a client on a phone", () => {
  const told: unknown[] = [];
  const remove = vi.fn();
  let tellState: (state: string) => void = () => {};
  let tellNetwork: (network: { readonly isConnected: boolean | null }) => void = () => {};
  const AppState = {
    addEventListener(_type: "change", listener: typeof tellState) {
      tellState = listener;
      return { remove };
    },
  };
  const NetInfo = {
    addEventListener(listener: typeof tellNetwork) {
      tellNetwork = listener;
      return remove;
    },
  };
  const stop = wakeBy(AppState, NetInfo)((isConnected) => told.push(isConnected));
  for (const state of ["background", "active"]) tellState(state);
  for (const isConnected of [false, null, true]) tellNetwork({ isConnected });
  expect(told).toEqual([undefined, false, true, true]);
  stop();
  expect(remove).toHaveBeenCalledTimes(2);
});

it("tests a router of one's own, behind a network that the test holds", async () => {
  const { client, network } = openScores();
  const shown: string[] = [];
  followScores(client, "m1", (text) => shown.push(text));
  await until(() => expect(shown).toContain("live"));
  network.offline();
  await until(() => expect(shown.at(-1)).toBe("paused"));
  network.online();
  await until(() => expect(shown.at(-1)).toBe("live"));
  await client.scores.report({ matchId: "m1", team: "home", minute: 3 });
  await until(() => expect(shown).toContain("1 : 0"));
});

it("makes the engines", async () => {
  expect(engines.memory()).toBe(engines.memory());
  const redis = engines.redis("redis://localhost:1");
  await redis.close?.();
});
