import { type ErrorOf, SluiceError } from "@sluice/client";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type FakeServerOptions, fakeServer, type TestClientOptions } from "./index.js";
import { contract } from "./scores.test-kit.js";

const { watch, report, matches } = contract.scores;
const m1 = { matchId: "m1" };
const goal = (minute: number, team: "home" | "away" = "home") => ({ type: "goal" as const, data: { team, minute } });

afterEach(() => vi.restoreAllMocks());

function setUp(options?: TestClientOptions, serverOptions?: FakeServerOptions) {
  const server = fakeServer(contract, serverOptions);
  onTestFinished(() => server.close());
  const client = server.client(options);
  const told: string[] = [];
  const follow = (matchId = "m1") =>
    client.scores.watch.subscribe(
      { matchId },
      {
        onState: ({ home, away }) => told.push(`${home}:${away}`),
        onConnection: ({ status }) => told.at(-1) !== status && told.push(status),
        onReset: ({ reason }) => told.push(`reset ${reason}`),
        onError: ({ code }) => told.push(`error ${code}`),
        onEnd: () => told.push("end"),
      },
    );
  const toldLast = (last: string) => vi.waitFor(() => expect(told.at(-1)).toBe(last), 15_000);
  return { server, client, told, follow, toldLast };
}

// Streams that subscriptions share, and streams of their own.
describe.each([true, false])("subscriptions with multiplex: %s", (multiplex) => {
  const setUpHere = () => setUp({ multiplex });

  it("get the state of what was emitted before, and events as they are emitted", async () => {
    const { server, told, follow, toldLast } = setUpHere();
    await server.emit(watch, m1, goal(1));
    follow();
    await server.opened(watch, m1);
    await server.emit(watch, m1, [goal(2), goal(3, "away")]);
    await toldLast("2:1");
    expect(told).toEqual(["connecting", "1:0", "live", "2:0", "2:1"]);
  });

  it("come back after a drop, and get what was missed, once", async () => {
    const { server, told, follow, toldLast } = setUpHere();
    follow();
    await toldLast("live");
    server.drop(watch, m1);
    await server.emit(watch, m1, goal(1));
    await toldLast("live");
    expect(told).toEqual(["connecting", "0:0", "live", "reconnecting", "1:0", "live"]);
    expect(server.requests.map(({ path }) => path)).toEqual(["scores/watch", "scores/watch"]);
    expect(server.requests[0]).toMatchObject({ input: { matchId: "m1" }, cursor: undefined });
    expect(server.requests[1]?.cursor).toMatch(/\.0\./);
  });

  it("are paused offline, and come back at once", async () => {
    const { server, told, follow, toldLast } = setUpHere();
    follow();
    await toldLast("live");
    server.offline();
    await toldLast("paused");
    await server.emit(watch, m1, goal(1));
    expect(told).not.toContain("1:0");
    server.online();
    await toldLast("live");
    expect(told.slice(-4)).toEqual(["paused", "reconnecting", "1:0", "live"]);
  });

  it("are told of lost history, and begin anew", async () => {
    const { server, told, follow, toldLast } = setUpHere();
    await server.emit(watch, m1, goal(1));
    follow();
    await toldLast("live");
    await server.reset(watch, m1);
    await vi.waitFor(() => expect(told).toContain("0:0"), 15_000);
    await server.emit(watch, m1, goal(2, "away"));
    await toldLast("0:1");
    expect(told.slice(3)).toEqual(["reset epoch", "0:0", "0:1"]);
  });

  it("fail with an error of the contract, after what was emitted before", async () => {
    const { server, client, told, follow, toldLast } = setUpHere();
    const stop = follow();
    const error = new Promise<ErrorOf<typeof watch>>((onError) => {
      const leave = client.scores.watch.subscribe(m1, { onError: (given) => [leave(), onError(given)] });
    });
    await toldLast("live");
    await server.emit(watch, m1, goal(1));
    await server.fail(watch, m1, new SluiceError("abandoned", { data: { at: new Date(0) } }));
    expect(await error).toMatchObject({ code: "abandoned", data: { at: new Date(0) } });
    expect(told.slice(-3)).toEqual(["1:0", "closed", "error abandoned"]);
    stop();
    follow();
    await toldLast("live");
  });

  it("end, after what was emitted before, until a reset begins their topic anew", async () => {
    const { server, told, follow, toldLast } = setUpHere();
    const stop = follow();
    await toldLast("live");
    await server.emit(watch, m1, goal(1));
    await server.end(watch);
    await toldLast("end");
    expect(told.slice(-3)).toEqual(["1:0", "closed", "end"]);
    await expect(server.emit(watch, m1, goal(2))).rejects.toThrow("reset() it to begin anew");
    stop();
    const stopAgain = follow();
    await vi.waitFor(() => expect(told.slice(-4)).toEqual(["connecting", "1:0", "closed", "end"]), 15_000);
    stopAgain();
    await server.reset(watch, m1);
    await server.emit(watch, m1, goal(2, "away"));
    follow();
    await toldLast("live");
    expect(told).toContain("0:1");
  });

  it("are refused one by one, and try again", async () => {
    const { server, told, follow, toldLast } = setUpHere();
    server.refuse(watch, "unavailable", { times: 2 });
    server.refuse("tooManyRequests");
    follow();
    await toldLast("live");
    expect(told).toEqual(["connecting", "reconnecting", "0:0", "live"]);
    expect(server.requests).toHaveLength(4);
    const again = setUpHere();
    again.server.refuse(watch, "closed");
    again.follow();
    await again.toldLast("error closed");
  });

  it("that others share a stream with don't notice what ends one", async () => {
    const { server, client, told, follow, toldLast } = setUpHere();
    follow("m1");
    await toldLast("live");
    const codes: string[] = [];
    client.scores.watch.subscribe({ matchId: "m2" }, { onError: ({ code }) => codes.push(code) });
    await server.opened(watch, { matchId: "m2" });
    await server.fail(watch, { matchId: "m2" }, "forbidden");
    await vi.waitFor(() => expect(codes).toEqual(["forbidden"]), 15_000);
    await server.emit(watch, m1, goal(1));
    await toldLast("1:0");
    expect(told).toEqual(["connecting", "0:0", "live", "1:0"]);
  });

  it("renew their credentials and go on, if they fail as unauthorized", async () => {
    let token = "old";
    const onUnauthorized = () => {
      token = "new";
    };
    const { server, told, follow, toldLast } = setUp({
      multiplex,
      onUnauthorized,
      headers: () => ({ "x-token": token }),
    });
    follow();
    await toldLast("live");
    await server.fail(watch, m1, "unauthorized");
    await vi.waitFor(() => expect(server.requests.at(-1)?.headers["x-token"]).toBe("new"), 15_000);
    await toldLast("live");
    expect(told).toEqual(["connecting", "0:0", "live", "reconnecting", "live"]);
  });
});

it("an input may be left out where the contract says so, and all of a procedure's topics are meant", async () => {
  const { server, client } = setUp();
  const told: unknown[] = [];
  const onReset = () => told.push("reset");
  client.news.subscribe({ on: { flash: (text) => told.push(text) }, onReset });
  client.news.subscribe(
    { of: "sport" },
    { on: { item: ({ at }) => told.push(at) }, onReset, onEnd: () => told.push("end") },
  );
  await server.opened(contract.news, { of: "sport" });
  await server.emit(contract.news, { type: "flash", data: "a" });
  await server.emit(contract.news, { of: "sport" }, { type: "item", data: { at: new Date(1) } });
  await vi.waitFor(() => expect(told).toEqual(["a", new Date(1)]), 15_000);
  await server.reset();
  await vi.waitFor(() => expect(told.slice(2)).toEqual(["reset", "reset"]), 15_000);
  await server.end(contract.news, { of: "sport" });
  await vi.waitFor(() => expect(told.at(-1)).toBe("end"), 15_000);
});

describe("queries and mutations", () => {
  it("are answered with an output, or by a function with input, errors and topics", async () => {
    const { server, client, told, follow, toldLast } = setUp();
    server.answer(matches, [{ id: "m1", at: new Date(7) }]);
    expect(await client.scores.matches()).toEqual([{ id: "m1", at: new Date(7) }]);
    server.answer(report, async ({ input: { matchId, ...data }, topic, errors }) => {
      if (data.minute > 90) throw errors.tooLate({ data: { latest: 90 } });
      await topic(watch, { matchId }).publish({ type: "goal", data });
    });
    follow();
    await toldLast("live");
    await client.scores.report({ matchId: "m1", team: "away", minute: 3 });
    await toldLast("0:1");
    expect(told).toContain("0:1");
    const late = client.scores.report({ matchId: "m1", team: "away", minute: 91 });
    await expect(late).rejects.toMatchObject({ code: "tooLate", data: { latest: 90 } });
    server.answer(report);
    await client.scores.report({ matchId: "m1", team: "home", minute: 91 });
  });

  it("without an answer are an error that says how to answer, also on the console", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const { client } = setUp();
    const message =
      'The query "scores/matches" was called, and the test has no answer: write server.answer(contract.scores.matches, …).';
    await expect(client.scores.matches()).rejects.toMatchObject({ code: "notFound", retryable: false, message });
    expect(error.mock.calls).toEqual([[message]]);
  });

  it("are refused as often as the test says", async () => {
    const { server, client } = setUp();
    server.answer(matches, []);
    server.refuse(matches, "unavailable");
    server.refuse(matches, new SluiceError("forbidden", { message: "not you" }));
    await expect(client.scores.matches()).rejects.toMatchObject({ code: "unavailable" });
    await expect(client.scores.matches()).rejects.toMatchObject({ code: "forbidden", message: "not you" });
    expect(await client.scores.matches()).toEqual([]);
    server.refuse("tooManyRequests");
    await expect(client.scores.matches()).rejects.toMatchObject({ code: "tooManyRequests", status: 429 });
    server.offline();
    await expect(client.scores.matches()).rejects.toMatchObject({ code: "network" });
    server.online();
    expect(await client.scores.matches()).toEqual([]);
  });

  it("under way are cut with the network", async () => {
    const { server, client } = setUp();
    const asked = new Promise<AbortSignal>((resolve) => {
      server.answer(matches, ({ signal }) => {
        resolve(signal);
        return new Promise(() => {});
      });
    });
    const answer = client.scores.matches();
    const signal = await asked;
    server.offline();
    await expect(answer).rejects.toMatchObject({ code: "network" });
    expect(signal.aborted).toBe(true);
  });
});

it("after close, subscriptions have ended, calls fail, and nobody waits", async () => {
  const server = fakeServer(contract);
  const client = server.client();
  const statuses: string[] = [];
  client.scores.watch.subscribe(m1, { onConnection: ({ status }) => statuses.push(status) });
  await server.opened(watch);
  const waiting = server.opened(watch, { matchId: "m2" });
  const refused = expect(waiting).rejects.toThrow("the test's network is closed");
  await server[Symbol.asyncDispose]();
  await refused;
  await vi.waitFor(() => expect(statuses.at(-1)).toBe("closed"), 15_000);
  await expect(client.scores.matches()).rejects.toMatchObject({ code: "aborted" });
  await expect(server.fetch("http://sluice.test/scores/matches")).rejects.toThrow("network is closed");
  await server.close();
});
