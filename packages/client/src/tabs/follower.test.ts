import { expect, it } from "vitest";
import { at, post } from "../test-kit/set-up.test-kit.js";
import { createFollower } from "./follower.js";
import type { Item, Message } from "./messages.js";
import { rawTarget } from "./source.js";
import type { SharedLane } from "./tab-lane.js";

/** A follower of leader `l` in tab `t`, and one lane that has asked once. */
function setUp() {
  const posted: Message[] = [];
  const channel = { last: undefined, post: (message: Message) => void posted.push(message), close() {} };
  const follower = createFollower("l", { tab: "t", channel });
  const got: unknown[] = [];
  const lane: SharedLane = {
    id: 7,
    asks: 0,
    target: rawTarget("feed", true, '{"a":1}'),
    from: at(4),
    take: (items) => got.push(...items),
    answer: (items) => got.push("answer", ...items),
    goAlone: () => got.push("alone"),
    rejoin() {},
  };
  follower.join(lane);
  const of = { leader: "l", tab: "t", lane: 7 };
  const receive = (...messages: Message[]) => {
    for (const message of messages) follower.receive(message);
    return got.splice(0);
  };
  const news = () => posted.splice(0);
  const joined = (feed: number, seq: number, ask = lane.asks): Message => ({
    ...of,
    kind: "joined",
    ask,
    feed,
    seq,
    items: [],
  });
  const moved = (old: number, oldSeq: number, feed: number, seq: number): Message => {
    return { ...of, kind: "moved", old, oldSeq, feed, seq, items: [post("m", 9)] };
  };
  const feed = (number: number, seq: number, ...items: Item[]): Message => {
    return { kind: "feed", leader: "l", feed: number, seq, items };
  };
  return { follower, lane, of, receive, news, joined, moved, feed };
}

const [a, b, c] = [post("a", 5), post("b", 6), post("c", 7)];
const anew = (ask: number) => ({ kind: "join", ask, cursor: at(4) });

it("says that it has come, and asks for what follows a lane's cursor", () => {
  expect(setUp().news()).toEqual([
    { kind: "arrive", leader: "l", tab: "t" },
    { kind: "join", leader: "l", tab: "t", lane: 7, ask: 1, path: "feed", isGet: true, text: '{"a":1}', cursor: at(4) },
  ]);
});

it("takes what comes in its feed, from its place on, and nothing of another feed", () => {
  const { receive, joined, feed } = setUp();
  expect(
    receive(feed(1, 1, a), joined(1, 2), feed(1, 1, a), feed(1, 2, a), feed(2, 3, a), feed(1, 3, b), feed(1, 4, c)),
  ).toEqual(["answer", b, c]);
});

it("asks anew when a message is missing, and takes nothing until it is answered", () => {
  const { receive, news, joined, feed } = setUp();
  receive(joined(1, 2));
  news();
  expect(receive(feed(1, 4, b), feed(1, 5, c))).toEqual([]);
  expect(news()).toMatchObject([anew(2)]);
  expect(receive(joined(1, 5), feed(1, 6, c))).toEqual(["answer", c]);
});

it("ignores the answer to an earlier question", () => {
  const { follower, lane, receive, joined, feed } = setUp();
  follower.join(lane);
  expect(receive(joined(1, 0, 1), feed(1, 1, a))).toEqual([]);
  expect(receive(joined(2, 0, 2), feed(2, 1, a))).toEqual(["answer", a]);
});

it("goes on in another feed only if it has all of the old one", () => {
  const { receive, news, joined, moved, feed } = setUp();
  receive(joined(1, 2));
  news();
  expect(receive(moved(1, 2, 5, 8), feed(1, 3, a), feed(5, 9, c))).toEqual([post("m", 9), c]);
  expect(receive(moved(1, 2, 6, 0), feed(6, 1, a))).toEqual([]); // it is no longer there
  expect(news()).toEqual([]);
  expect(receive(moved(5, 10, 6, 0), feed(6, 1, a))).toEqual([]);
  expect(news()).toMatchObject([anew(2)]);
});

it("leaves, is told to go alone, and gets nothing of other tabs", () => {
  const { follower, lane, of, receive, news, joined, feed } = setUp();
  expect(receive({ ...of, tab: "x", kind: "alone" }, { ...of, lane: 8, kind: "alone" })).toEqual([]);
  expect(receive({ ...of, kind: "alone" })).toEqual(["alone"]);
  receive(joined(1, 0));
  news();
  follower.leave(lane);
  follower.leave(lane);
  expect(news()).toEqual([{ ...of, kind: "leave" }]);
  expect(receive(feed(1, 1, a), joined(1, 0))).toEqual([]);
});
