import { SluiceError } from "@sluice/contract";
import { describe, expect, test } from "vitest";
import { type Facts, initialState, type LaneEvent, type LaneState, transition } from "./lane-state.js";

const facts: Facts = { now: 1_000, isOffline: false, hasCursor: true, paceWait: 0 };
const network = new SluiceError("network");
const unauthorized = new SluiceError("unauthorized");
const busy = new SluiceError("unavailable", { retryAfter: 7_000 });
const forbidden = new SluiceError("forbidden");

const failed = (error: SluiceError, wasStream = false): LaneEvent => ({
  type: "failed",
  wasStream,
  error,
  retry: error === unauthorized ? "refresh" : "yes",
  mark: 3,
});
const ended = (error?: SluiceError): LaneEvent => ({ type: "ended", error });
const types = ["asked", "due", "live", "refreshed", "woken", "closed"] as const;
const [asked, due, live, refreshed, woken, closed] = types.map((type): LaneEvent => ({ type })) as [
  LaneEvent,
  LaneEvent,
  LaneEvent,
  LaneEvent,
  LaneEvent,
  LaneEvent,
];
const opened: LaneEvent = { type: "opened", stream: "live" };
const drain: LaneEvent = { type: "drain", ms: 300 };
const lost: LaneEvent = { type: "lost", wasStream: true };
const late: LaneEvent = { type: "lost", wasStream: false };

/** The state after these events. */
const after = (...events: readonly LaneEvent[]): LaneState =>
  events.reduce((state, event) => transition(state, event, facts), initialState);

const idle = after();
const connecting = after(asked);
const open = after(asked, opened, live);
const waiting = after(asked, failed(network));
const held = after(asked, failed(busy));
const refreshing = after(asked, failed(unauthorized));
const renewed = after(asked, failed(unauthorized), refreshed);
const paused = transition(connecting, failed(network), { ...facts, isOffline: true });
/** A stream is live, and the next one is … */
const beside = {
  due: after(asked, opened, live, drain),
  connecting: after(asked, opened, live, drain, due),
  refreshing: after(asked, opened, live, drain, due, failed(unauthorized)),
  paused: transition(after(asked, opened, live, drain, due), failed(network), { ...facts, isOffline: true }),
};
/** The server was reached while the machine reported offline. */
const doubting = transition(connecting, opened, { ...facts, isOffline: true });
const generator = after(asked, { type: "opened", stream: "stream" }, live);
const over = after(asked, ended(forbidden));

type Row = readonly [
  why: string,
  from: LaneState,
  event: LaneEvent,
  facts: Partial<Facts>,
  phase: LaneState["phase"],
  rest?: Partial<LaneState>,
];
const [isConnecting, isOpen, isClosed] = [{ kind: "connecting" }, { kind: "open" }, { kind: "closed" }] as const;
const soon = { kind: "waiting", least: 0, failed: "network" } as const;

const rows: readonly Row[] = [
  ["the first attempt", idle, asked, {}, isConnecting, { status: "connecting", attempts: 1 }],
  ["asked again, a new attempt", connecting, asked, {}, isConnecting, { status: "reconnecting", attempts: 2 }],
  ["the pace holds", idle, asked, { paceWait: 400 }, { kind: "waiting", least: 400 }, { status: "reconnecting" }],
  ["the server's word holds", held, asked, { now: 3_000 }, { kind: "waiting", least: 5_000 }],
  ["the server's word is past", held, asked, { now: 8_000 }, isConnecting],
  ["its time has come", waiting, due, {}, isConnecting, { status: "reconnecting", attempts: 2, error: network }],
  ["an attempt becomes the stream", connecting, opened, {}, isOpen, { stream: "live", status: "connecting" }],
  [
    "caught up",
    after(asked, failed(network), due, opened),
    live,
    {},
    isOpen,
    { status: "live", attempts: 0, error: undefined },
  ],
  ["reached, though offline", connecting, opened, { isOffline: true }, isOpen, { doubtsOffline: true }],
  ["the network fails", connecting, failed(network), {}, soon, { status: "reconnecting", error: network }],
  [
    "an answer",
    connecting,
    failed(busy),
    {},
    { kind: "waiting", least: 7_000, failed: "answer" },
    { notBefore: 8_000 },
  ],
  [
    "the network fails offline",
    connecting,
    failed(network),
    { isOffline: true },
    { kind: "paused", least: 0 },
    { status: "paused" },
  ],
  [
    "an answer offline is one",
    connecting,
    failed(busy),
    { isOffline: true },
    { kind: "waiting", least: 7_000, failed: "answer" },
    { doubtsOffline: true },
  ],
  ["reached offline, then the network fails", doubting, failed(network, true), { isOffline: true }, soon],
  [
    "a live stream that is given up for the next one: nobody notices",
    beside.connecting,
    lost,
    {},
    isConnecting,
    { status: "live", stream: undefined },
  ],
  [
    "… and the next one is late",
    transition(beside.connecting, lost, facts),
    late,
    {},
    isConnecting,
    { status: "reconnecting", attempts: 1 },
  ],
  [
    "… or fails",
    transition(beside.connecting, lost, facts),
    failed(network),
    {},
    soon,
    { status: "reconnecting", error: network },
  ],
  ["the next one is late beside a stream", beside.connecting, late, {}, isConnecting, { status: "live" }],
  ["the first one is late", connecting, late, {}, isConnecting, { status: "connecting" }],
  [
    "a live stream that is given up while the next one waits",
    after(asked, opened, live, drain, due, failed(network)),
    lost,
    {},
    soon,
    { status: "reconnecting", stream: undefined },
  ],
  ["what is final ends it", connecting, ended(forbidden), {}, isClosed, { status: "closed", error: forbidden }],
  ["the end ends it", open, ended(), {}, isClosed, { status: "closed", error: undefined, stream: undefined }],
  [
    "the first 401",
    connecting,
    failed(unauthorized),
    {},
    { kind: "refreshing", error: unauthorized, mark: 3 },
    { status: "reconnecting" },
  ],
  ["asked meanwhile, credentials are waited for", refreshing, asked, {}, refreshing.phase],
  ["woken meanwhile, too", refreshing, woken, {}, refreshing.phase],
  ["new credentials", refreshing, refreshed, {}, isConnecting, { isRenewed: true }],
  [
    "new credentials, too fast",
    refreshing,
    refreshed,
    { paceWait: 9 },
    { kind: "waiting", least: 0 },
    { isRenewed: true },
  ],
  ["no new credentials", refreshing, ended(unauthorized), {}, isClosed, { error: unauthorized }],
  ["the second 401 in a row", renewed, failed(unauthorized), {}, isClosed, { error: unauthorized }],
  [
    "a 401 after an answer",
    after(asked, failed(unauthorized), refreshed, failed(busy), due),
    failed(unauthorized),
    {},
    { kind: "refreshing", error: unauthorized, mark: 3 },
  ],
  [
    "a 401 after a cut is the second in a row",
    after(asked, failed(unauthorized), refreshed, failed(network), due),
    failed(unauthorized),
    {},
    isClosed,
  ],
  ["the stream is cut", open, failed(network, true), {}, soon, { stream: undefined, status: "reconnecting" }],
  ["a drain", open, drain, {}, { kind: "waiting", least: 300 }, { stream: "live", status: "live" }],
  ["a drain, at once", open, { type: "drain", ms: 0 }, {}, isConnecting, { stream: "live", status: "live" }],
  [
    "a drain, as soon as the pace allows",
    open,
    { type: "drain", ms: 0 },
    { paceWait: 400 },
    { kind: "waiting", least: 400 },
    { stream: "live", status: "live" },
  ],
  [
    "moved by its client, whatever the pace",
    open,
    { type: "moved" },
    { paceWait: 400 },
    isConnecting,
    { stream: "live", status: "live" },
  ],
  ["a generator's drain", generator, drain, {}, isOpen],
  ["a drain's attempt", beside.due, due, {}, isConnecting, { stream: "live", status: "live" }],
  ["… and no cursor to go on from", beside.due, due, { hasCursor: false }, isOpen, { stream: "live", attempts: 0 }],
  ["a second drain", beside.connecting, drain, {}, isConnecting],
  [
    "the next fails beside a stream",
    beside.connecting,
    failed(network),
    {},
    soon,
    { status: "live", error: undefined },
  ],
  ["the next takes its place", beside.connecting, opened, {}, isOpen, { status: "live" }],
  [
    "cut while the next is due",
    beside.due,
    failed(network, true),
    {},
    beside.due.phase,
    { status: "reconnecting", error: network },
  ],
  [
    "cut while the next is under way",
    beside.connecting,
    failed(network, true),
    {},
    isConnecting,
    { status: "reconnecting", stream: undefined },
  ],
  [
    "cut for the want of new credentials",
    beside.refreshing,
    failed(unauthorized, true),
    {},
    beside.refreshing.phase,
    { status: "reconnecting" },
  ],
  [
    "cut while offline",
    beside.paused,
    failed(network, true),
    { isOffline: true },
    { kind: "paused", least: 0 },
    { status: "paused" },
  ],
  [
    "a wait, and the network goes",
    waiting,
    woken,
    { isOffline: true },
    { kind: "paused", least: 0 },
    { status: "paused" },
  ],
  ["a wait, and the page comes back", waiting, woken, {}, isConnecting],
  ["paused, and the network comes back", paused, woken, {}, isConnecting, { status: "reconnecting" }],
  ["paused, and somebody looks", paused, woken, { isOffline: true }, isConnecting, { status: "paused" }],
  ["paused beside a stream, and the network comes back", beside.paused, woken, {}, isConnecting, { status: "live" }],
  ["paused beside a stream, still offline", beside.paused, woken, { isOffline: true }, beside.paused.phase],
  ["woken while all is well", open, woken, {}, isOpen, { status: "live" }],
  ["woken before it was asked for", idle, woken, {}, idle.phase],
  ["woken while an attempt is under way", connecting, woken, {}, isConnecting, { attempts: 1 }],
  ["let go of: nobody is told", open, closed, {}, isClosed, { status: "live", stream: undefined }],
];

for (const [why, from, event, given, phase, rest] of rows) {
  test(why, () => {
    expect(transition(from, event, { ...facts, ...given })).toMatchObject({ phase, ...rest });
  });
}

describe("an event that changes nothing returns the same object", () => {
  test.each([
    ["a drain beside an attempt", beside.connecting, drain],
    ["waking while all is well", open, woken],
    ["asking while credentials are renewed", refreshing, asked],
  ])("%s", (_, from, event) => expect(transition(from, event, facts)).toBe(from));

  test.each([asked, due, opened, live, drain, ended(), failed(network), refreshed, woken, closed])(
    "when it is over, $type",
    (event) => expect(transition(over, event, facts)).toBe(over),
  );
});

test("a state is never changed in place", () => {
  for (const state of [idle, connecting, open, waiting, refreshing, paused, ...Object.values(beside)]) {
    const frozen = Object.freeze({ ...state, phase: Object.freeze({ ...state.phase }) });
    for (const event of [asked, due, opened, live, drain, ended(), failed(busy, true), refreshed, woken, closed]) {
      transition(frozen, event, facts);
    }
  }
});
