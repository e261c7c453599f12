import fc from "fast-check";
import { expect, it } from "vitest";
import { at } from "../test-kit/set-up.test-kit.js";
import { type Message, readMessages } from "./messages.js";

const of = { leader: "l", tab: "t", lane: 1 };
const good: readonly Message[] = [
  { kind: "call" },
  { kind: "lead", leader: "l" },
  { kind: "resigned", leader: "l" },
  { kind: "arrive", leader: "l", tab: "t" },
  { ...of, kind: "join", ask: 1, path: "feed", isGet: true },
  { ...of, kind: "join", ask: 1, path: "feed", isGet: true, text: "{}", cursor: at(1) },
  { ...of, kind: "nudge" },
  { ...of, kind: "leave" },
  { ...of, kind: "alone" },
  { ...of, kind: "joined", ask: 1, feed: 1, seq: 0, items: [] },
  { ...of, kind: "moved", feed: 1, seq: 0, old: 2, oldSeq: 3, items: [{ kind: "at", id: at(1) }] },
  {
    kind: "feed",
    leader: "l",
    feed: 1,
    seq: 1,
    items: [
      { kind: "open", stream: "live", heartbeat: 0, resumable: true },
      { kind: "event", type: "post", data: "1", id: at(1) },
      { kind: "snapshot", data: "1", id: at(1) },
      { kind: "live", id: at(1) },
      { kind: "live" },
      { kind: "reset", reason: "epoch", oldest: at(1), head: at(1) },
      { kind: "connection", status: "paused", attempt: 1, since: 1, retryAt: 2, error: { code: "network" } },
      { kind: "over", error: { code: "forbidden" } },
      { kind: "over" },
    ],
  },
];

it("reads the messages of tabs", () => {
  expect(readMessages(structuredClone(good))).toEqual(good);
});

/** A message without a member, or with a wrong one, at every place. */
function* spoilt(value: unknown): Generator<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === "text" || name === "cursor" || name === "retryAt" || name === "error" || name === "id") continue;
    if (!Array.isArray(value)) yield { ...value, [name]: Symbol.iterator };
    if (typeof member !== "object") continue;
    for (const wrong of spoilt(member)) {
      yield Array.isArray(value) ? value.with(Number(name), wrong) : { ...value, [name]: wrong };
    }
  }
}

it("ignores messages of another shape, and reads those beside them", () => {
  let tried = 0;
  for (const message of good) {
    for (const wrong of spoilt(message)) {
      tried++;
      expect(readMessages([wrong, { kind: "call" }])).toEqual([{ kind: "call" }]);
    }
  }
  expect(tried).toBeGreaterThan(60);
});

it("never throws, whatever is posted on the channel", () => {
  const anything = fc.anything({ withNullPrototype: true, withMap: true, withDate: true, withTypedArray: true });
  const kinds = fc.constantFrom("call", "lead", "join", "joined", "feed", "moved", "toString", "__proto__");
  const almost = fc.record({ kind: kinds, leader: anything, tab: anything, items: fc.array(anything) });
  fc.assert(fc.property(fc.oneof(anything, fc.array(fc.oneof(anything, almost))), (data) => void readMessages(data)));
});
