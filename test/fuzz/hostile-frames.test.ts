import { createClient } from "@sluice/client";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createManualClock } from "../../packages/client/src/test-kit/manual-clock.test-kit.js";
import { range } from "../conformance/events.js";
import { inLanes } from "../conformance/in-lanes.js";
import { type Answer, contract, createHostileServer } from "./hostile-server.js";

/** `RUNS` gives another number. */
const runs = Number(process.env["RUNS"] ?? (inLanes ? 2_000 : 100));

/** Rooms whose lanes the server serves as it should. It does as it likes with the other one. */
const good = [0, 1, 2];
const victim = 9;

/** What is written where a lane's number belongs. */
const place = fc.oneof(
  { weight: 3, arbitrary: fc.constant("victim" as const) },
  { weight: 2, arbitrary: fc.constantFrom("0", "7", "999999999") },
  fc.constantFrom("", "01", "-1", "1.5", "1e2", "+100", " 100", "1000000000", "99999999999999999999", "x/7"),
);
const cursor = fc.constantFrom(
  "E0.1.m1",
  "E9.1.m1",
  "E9.0.0",
  "E9.900.m900",
  "F.3.x",
  "$end",
  "$once",
  "no cursor",
  "",
);
const ofOpen = { kind: "live", heartbeat: 0, resumable: true, head: "E.0.0" };
const indices = fc.oneof(
  fc.array(fc.constantFrom<unknown>(0, 1, 2, 3, 4, 99, 2 ** 53, -1, 0.5, "0", null), { maxLength: 3 }),
  fc.constantFrom<unknown>(undefined, null, 0, "0", {}),
);
const opening = fc
  .tuple(indices, fc.constantFrom({}, { head: undefined }, { kind: "stream", resumable: false }, { attended: true }))
  .map(([subscriptions, more]) => ["$open", JSON.stringify({ ...ofOpen, ...more, subscriptions })] as const);
const openOf = (answer: Answer, room: number) => JSON.stringify({ ...ofOpen, subscriptions: [answer.indexOf(room)] });
const frameOf = (name: string, data: string, id: string) =>
  `${id === "" ? "" : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;
const failure = '{"code":"unavailable","message":"No","final":false}';
const reset = { reason: "epoch", oldest: "E9.0.0", head: "E9.1.m1" };
const others = fc.constantFrom(
  ["said", "1"],
  ["said", '"text"'],
  ["said", "{no json"],
  ["unheard", "1"],
  ["$live", "{}"],
  ["$at", "{}"],
  ["$snapshot", "1"],
  ["$end", "{}"],
  ["$error", failure],
  ["$error", '{"code":"forbidden","message":"No","final":true}'],
  ["$error", '{"code":"unauthorized","message":"No","final":false}'],
  ["$error", '{"code":1}'],
  ["$reset", JSON.stringify(reset)],
  ["$drain", '{"retry":0}'],
  ["$later", "{}"],
  ["$", "{}"],
  ["a/b", "1"],
) as fc.Arbitrary<readonly [string, string]>;

const frame = fc.record({ kind: fc.constant("frame" as const), place, what: fc.oneof(opening, others), id: cursor });
const step = fc.oneof(
  { weight: 4, arbitrary: frame },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("publish" as const), room: fc.constantFrom(...good, victim) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("again" as const), room: fc.constantFrom(...good) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("early" as const), room: fc.constantFrom(...good) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("claim" as const),
      room: fc.constantFrom(...good),
      what: others,
      id: cursor,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "cut" } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(10, 500, 2_500) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 });

/** Bytes come, and what they cause is done. */
const settle = async () => {
  for (let i = 0; i < 3; i++) await new Promise(setImmediate);
};

/** A client of such a server, with a subscription of each room. */
function setUp(multiplex: boolean, chunks: readonly number[], greet?: (answer: Answer) => string) {
  const server = createHostileServer(chunks, greet);
  const clock = createManualClock();
  const client = createClient(contract, {
    url: "http://sluice/api",
    fetch: server.fetch,
    clock,
    multiplex,
    linger: 0,
    retry: { random: () => 0.5 },
    onSkippedEvent: () => {},
  });
  const told = new Map<number, unknown[]>();
  const stops = [...good, victim].map((room) => {
    const list: unknown[] = [];
    told.set(room, list);
    return client.room.subscribe(room, {
      onEvent: ({ data }) => list.push(data),
      onReset: ({ reason }) => list.push(reason),
      onError: ({ code }) => list.push(code),
      onEnd: () => list.push("end"),
    });
  });
  let passed = 0;
  const pass = async (ms: number) => {
    for (const end = passed + ms; passed < end; ) {
      const step = Math.min(250, end - passed);
      clock.advance(step);
      passed += step;
      await settle();
    }
  };
  /** Ten attempts in a row, then one a second (PROTOCOL §11); a lane that is moved is asked for once more. */
  function expectPace(): void {
    for (const room of [...good, victim]) {
      const asked = server.requests.filter(({ rooms }) => rooms.includes(room)).length;
      expect(asked, `requests for room ${room} in ${passed} ms`).toBeLessThanOrEqual(12 + passed / 1_000);
    }
  }
  return { server, clock, told, stops, pass, expectPace };
}

async function run(multiplex: boolean, steps: readonly Step[], chunks: readonly number[]): Promise<void> {
  const { server, clock, told, stops, pass, expectPace } = setUp(multiplex, chunks);
  /** A plain stream carries one room: that of the victim says what it likes. */
  const isAimedAt = (answer: Answer) => answer.isLaned || answer.laneOf(victim) !== undefined;
  const act = async (each: Step) => {
    switch (each.kind) {
      case "publish":
        return server.publish(each.room);
      case "cut":
        for (const answer of server.open) answer.cut();
        return;
      case "wait":
        return pass(each.ms);
      case "early":
        return multiplex ? server.beEarly(each.room) : undefined;
      case "again":
        for (const answer of server.open) {
          const lane = answer.laneOf(each.room);
          if (lane !== undefined && answer.isLaned) answer.say(frameOf(`${lane}/$open`, openOf(answer, each.room), ""));
        }
        return;
      case "claim":
        for (const answer of server.open) {
          if (answer.laneOf(each.room) === undefined || !answer.isLaned) continue;
          const [type, data] = each.what;
          answer.say(frameOf("55/$open", openOf(answer, each.room), "") + frameOf(`55/${type}`, data, each.id));
        }
        return;
      case "frame":
        for (const answer of server.open.filter(isAimedAt)) {
          const number = each.place === "victim" ? (answer.isLaned ? answer.laneOf(victim) : "") : each.place;
          if (number === undefined) continue;
          const [type, data] = each.what;
          answer.say(frameOf(number === "" ? type : `${number}/${type}`, data, each.id));
        }
    }
  };

  await pass(10);
  for (const each of steps) {
    await act(each);
    await settle();
  }
  server.flush();
  for (const room of good) server.publish(room);
  const isDone = () => good.every((room) => (told.get(room) ?? []).length >= server.headOf(room));
  for (let i = 0; i < 300 && !isDone(); i++) await pass(250);
  for (const room of good) expect(told.get(room), `room ${room}`).toEqual(range(1, server.headOf(room)));
  expectPace();
  for (const stop of stops) stop();
  await settle();
  expect(clock.pending).toEqual([]);
  expect(server.open).toEqual([]);
}

const steps = fc.array(step, { maxLength: 25 });

it("whatever a multiplexed stream says, lanes that are served as they should be get all events, in order, once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, lengths, (all, chunks) => run(true, all, chunks)),
    { numRuns: runs },
  );
}, 600_000);

it("whatever a plain stream says, others get all events, in order, once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, lengths, (all, chunks) => run(false, all, chunks)),
    { numRuns: runs / 2 },
  );
}, 600_000);

it.each([
  ["a frame of a lane that has not begun", () => "event: 7/said\ndata: 1\n\n"],
  ["a second $open", (answer: Answer) => frameOf(`${answer.laneOf(victim)}/$open`, openOf(answer, victim), "")],
  ["a lane's end before its beginning", () => "event: 7/$end\ndata: {}\n\n"],
  [
    "a lane of what was not asked for",
    () => frameOf("7/$open", JSON.stringify({ ...ofOpen, subscriptions: [99] }), ""),
  ],
  ["a $drain at once", () => 'event: $drain\ndata: {"retry":0}\n\n'],
  ["a lane that fails", (answer: Answer) => frameOf(`${answer.laneOf(victim)}/$error`, failure, "")],
])("a server that says this on each stream is asked at a bounded rate: %s", async (_, greet) => {
  const { server, told, stops, pass, expectPace } = setUp(true, [1_000], greet);
  server.flush();
  await pass(90_000);
  expectPace();
  expect(server.requests.length).toBeGreaterThan(5);
  for (const room of good) expect(told.get(room)).toEqual([]);
  for (const stop of stops) stop();
});
