import { afterAll, describe, expect, it } from "vitest";
import { fakeServer, testClient } from "./index.js";
import { contract } from "./scores.test-kit.js";

const { watch, report, matches } = contract.scores;
const m1 = { matchId: "m1" };
const goal = { type: "goal", data: { team: "home", minute: 1 } };

describe("what can't be is refused with a sentence", () => {
  const server = fakeServer(contract);
  afterAll(() => server.close());
  const any = server as unknown as Record<string, (...given: unknown[]) => unknown>;
  const sentences: readonly [what: string, call: () => unknown, message: string][] = [
    [
      "a procedure of another contract",
      () => any["emit"]?.({ kind: "subscription", path: "scores/gone" }, {}, goal),
      'emit() takes a subscription of the contract, not "scores/gone", which it doesn\'t have; there are contract.scores.watch, contract.news.',
    ],
    ["a path", () => any["drop"]?.("scores/watch"), 'drop() takes a subscription of the contract, not "scores/watch"'],
    [
      "a client's procedure",
      () => any["opened"]?.(server.client().scores.watch),
      "opened() takes a subscription of the contract, not an object",
    ],
    [
      "a mutation where a subscription is meant",
      () => any["end"]?.(report),
      'end() takes a subscription of the contract, not the mutation "scores/report"',
    ],
    [
      "a subscription where a call is meant",
      () => any["answer"]?.(watch, 1),
      'answer() takes a query or mutation of the contract, not the subscription "scores/watch"; there are contract.scores.report, contract.scores.matches.',
    ],
    [
      "an event that the contract doesn't know",
      () => any["emit"]?.(watch, m1, { type: "gaol", data: {} }),
      "allowed are goal",
    ],
    [
      "data that doesn't fit",
      () => any["emit"]?.(watch, m1, { type: "goal", data: { team: "home" } }),
      'Event "goal" of "scores/watch": data.minute',
    ],
    ["an input that doesn't fit", () => any["emit"]?.(watch, { matchId: 1 }, goal), 'the input of "scores/watch"'],
    [
      "an input that is left out",
      () => any["emit"]?.(watch, goal),
      'emit() of events alone: the input of "scores/watch" is invalid',
    ],
    ["events that are left out", () => any["emit"]?.(watch, m1), "emit() of events alone: the input"],
    [
      "no contract",
      () => fakeServer(undefined as never),
      "fakeServer() takes a contract with procedures, not undefined.",
    ],
    ["a contract of nothing", () => fakeServer({}), "fakeServer() takes a contract with procedures, not an object."],
    [
      "a contract's path",
      () => fakeServer("scores" as never),
      'fakeServer() takes a contract with procedures, not "scores".',
    ],
    [
      "no contract for a client",
      () => testClient(undefined as never, undefined as never),
      "testClient() takes a contract",
    ],
    ["an output that doesn't fit", () => any["answer"]?.(matches, [{ id: 1 }]), 'the output of "scores/matches"'],
    ["an output where there is none", () => any["answer"]?.(report, 1), '"scores/report" has no output'],
    [
      "an error that isn't declared",
      () => any["refuse"]?.(report, "tooLat"),
      'refuse(): "tooLat" is no error of a server; allowed are over (of "scores/report"), tooLate (of "scores/report"), badRequest',
    ],
    [
      "an error of clients",
      () => any["refuse"]?.("network"),
      'refuse(): "network" is no error of a server; allowed are',
    ],
    ["an error without its data", () => any["refuse"]?.(report, "tooLate"), 'the data of "tooLate" is invalid'],
    ["no number", () => any["refuse"]?.(report, "over", { times: 0 }), "times is 0; allowed are whole numbers"],
    ["an end that isn't one", () => any["fail"]?.(watch, m1, "unavailable"), 'clients try again after "unavailable"'],
    [
      "an end that nobody hears",
      () => any["end"]?.(watch, m1),
      'end(): nobody is subscribed to scores/watch?{"matchId":"m1"}',
    ],
    ["a drop of nothing", () => any["drop"]?.(watch), "drop(): nobody is subscribed to scores/watch"],
    ["an unknown option", () => any["client"]?.({ retries: 3 }), "retries is not a known option"],
    ["an unknown option of the server", () => fakeServer(contract, { log: 1 } as never), "log is not a known option"],
  ];
  it.each(sentences)("%s", async (_, call, message) => {
    await expect((async () => call())()).rejects.toThrow(message);
  });
});

it("a server that is closed makes no client: it would try again without end", async () => {
  const server = fakeServer(contract);
  await server.close();
  expect(() => server.client()).toThrow("client(): this fake server is closed; make one for each test.");
});
