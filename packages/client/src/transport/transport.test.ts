import type { AnySubscription } from "@sluice/contract";
import type { Frame } from "@sluice/contract/wire";
import { expect, test } from "vitest";
import { createRegistry } from "../subscription/registry.js";
import { createManualClock } from "../test-kit/manual-clock.test-kit.js";
import { createOneStreamTransport } from "../test-kit/one-stream.test-kit.js";
import { at, contract, goal, live, post, snapshot } from "../test-kit/set-up.test-kit.js";

/** Two subscriptions whose frames come over one stream, lanes 7 (the match) and 3 (the feed). */
function setUpLanes() {
  const transport = createOneStreamTransport();
  const registry = createRegistry({
    transport,
    clock: createManualClock(),
    linger: 0,
    onSkippedEvent: undefined,
    closing: new AbortController().signal,
  });
  const follow = (procedure: AnySubscription, input?: unknown) => {
    const told: unknown[] = [];
    const stop = registry.shared(procedure, input).subscribe({
      onEvent: ({ data }) => told.push(data),
      onState: (state) => told.push(state),
      onConnection: ({ status }) => told.push(status),
      onError: ({ code }) => told.push(code),
      onEnd: () => told.push("end"),
    });
    return { told, stop, news: () => told.splice(0) };
  };
  const match = follow(contract.scores.watch as unknown as AnySubscription, { matchId: "m1" });
  const feed = follow(contract.feed as unknown as AnySubscription);
  return { transport, match, feed };
}

const open = (lane: number, index: number): Frame => ({
  kind: "open",
  stream: "live",
  heartbeat: 15_000,
  resumable: true,
  head: at(0),
  lane,
  subscriptions: [index],
});
const ofMatch = (frame: Frame): Frame => ({ ...frame, lane: 7 }) as Frame;
const ofFeed = (frame: Frame): Frame => ({ ...frame, lane: 3 }) as Frame;
const score = (home: number, away = 0) => ({ home, away, endedAt: null });

/** Both lanes are live. */
function connected() {
  const all = setUpLanes();
  const stream = all.transport.connect();
  stream.send(open(3, 1), open(7, 0), ofMatch(snapshot(0, 0, 4)), ofFeed(live(8)), ofMatch(live(4)));
  expect(all.match.news()).toEqual(["connecting", score(0), "live"]);
  expect(all.feed.news()).toEqual(["connecting", "live"]);
  return { ...all, stream };
}

test("subscriptions that share a stream each have their own frames, in their order", () => {
  const { match, feed, stream } = connected();
  stream.send(ofFeed(post("a", 9)), ofMatch(goal("home", 5)), ofFeed(post("b", 10)));
  expect(match.told).toEqual([{ team: "home" }, score(1)]);
  expect(feed.told).toEqual(["a", "b"]);
});

test("the cursors are read when the next stream is opened", () => {
  const { transport, match, feed, stream } = connected();
  expect(stream.cursors).toEqual([undefined, undefined]);
  stream.send(ofMatch(goal("home", 5)));
  stream.cut();
  expect([match.news().at(-1), feed.news().at(-1)]).toEqual(["reconnecting", "reconnecting"]);
  const again = transport.connect();
  expect(again.cursors).toEqual([at(5), at(8)]);
  again.send(open(1, 0), { ...goal("home", 5), lane: 1 }, { ...goal("away", 6), lane: 1 }, {
    ...live(6),
    lane: 1,
  } as Frame);
  expect(match.news()).toEqual(["connecting", { team: "away" }, score(1, 1), "live"]);
});

test("one lane is refused, the other doesn't notice", () => {
  const { transport, match, feed } = setUpLanes();
  const stream = transport.connect();
  stream.send(
    open(7, 0),
    ofMatch({ kind: "error", code: "forbidden", message: "No", final: true }),
    open(3, 1),
    ofFeed(live(0)),
  );
  expect(match.told).toEqual(["connecting", "forbidden"]);
  expect(feed.told).toEqual(["connecting", "live"]);
});

test("one lane has an invalid event, ends, or is closed: the other continues", () => {
  for (const last of ["misfit", "end", "left"] as const) {
    const { match, feed, stream } = connected();
    if (last === "misfit") stream.send(ofMatch({ kind: "event", type: "goal", data: "1", id: at(5) }));
    if (last === "end") stream.send(ofMatch({ kind: "end" }));
    if (last === "left") match.stop();
    stream.send(ofMatch(goal("home", 6)), ofFeed(post("a", 9)));
    expect(match.told).toEqual({ misfit: ["contractMismatch"], end: ["end"], left: [] }[last]);
    expect(feed.told).toEqual(["a"]);
  }
});
