import { SluiceError } from "@sluice/contract";
import { expect, it } from "vitest";
import { describeAdapters, handedOn } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { open } from "./reader.js";
import { startWorld } from "./world.js";

const since = new Date("2026-06-11T19:52:00.000Z");
const body = { input: { matchId: "m1" } };
const secret = "password of the database";

describeAdapters("statuses", (adapter) => {
  it("answers a query and a mutation with { output } as JSON (PROTOCOL §2.2)", async () => {
    const world = await startWorld(adapter, { report: () => ({ cursor: "c" }) });
    const answer = await ask(world, "scores/report", { body });
    expect(answer).toMatchObject({ status: 200, json: { output: { cursor: "c" } } });
    expect(answer.headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store" });
    expect((await ask(world, "scores/ping")).text).toBe("{}");
  });

  it("answers 401 and 403 for missing rights, before a stream (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter);
    expectProblem(await ask(world, "feed/private"), { status: 401, code: "unauthorized" });
    const banned = { headers: { "x-user": "banned" } };
    expectProblem(await ask(world, "feed/private", banned), { status: 403, code: "forbidden" });
    expectProblem(await ask(world, "scores/ping", banned), { status: 403, code: "forbidden" });
    await (await open(world, "feed/private", { headers: { "x-user": "ann" } })).live();
  });

  it.each([
    ["GET", "bot/prompt", "POST"],
    ["HEAD", "bot/prompt", "POST"],
    ["GET", "feed/posted", "POST"],
    ["GET", "scores/report", "POST"],
    ["HEAD", "scores/report", "POST"],
    ["PUT", "scores/report", "POST"],
    ["DELETE", "feed/head", "GET, HEAD, POST"],
    ["PATCH", "scores/find", "GET, HEAD, POST"],
    ["PROPFIND", "scores/find", "GET, HEAD, POST"],
  ])("answers 405 to %s %s, and says what is allowed (PROTOCOL §2.3)", async (method, path, allow) => {
    const world = await startWorld(adapter);
    const answer = await ask(world, path, { method });
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
    if (method !== "HEAD") expectProblem(answer, { status: 405, code: "methodNotAllowed" });
  });

  it("answers a declared error with its status, and its data in wire form (PROTOCOL §3)", async () => {
    const data = { matchId: "m1", since };
    const world = await startWorld(adapter, { report: (errors) => Promise.reject(errors.matchNotFound({ data })) });
    const answer = await ask(world, "scores/report", { body });
    expectProblem(answer, { status: 404, code: "matchNotFound" });
    expect(answer.json).toMatchObject({ title: "matchNotFound", data: { matchId: "m1", since: since.toISOString() } });
    expect(world.reports).toEqual([]);
  });

  it("answers a declared error without a status with 422 (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter, { report: (errors) => Promise.reject(errors.closed()) });
    const answer = await ask(world, "scores/report", { body });
    expectProblem(answer, { status: 422, code: "closed" });
    expect(answer.json).not.toHaveProperty("data");
  });

  it("answers a declared error with the declared status, however it was created (PROTOCOL §3)", async () => {
    const error = new SluiceError("matchNotFound", { data: { matchId: "m1", since } });
    const world = await startWorld(adapter, { report: () => Promise.reject(error) });
    expectProblem(await ask(world, "scores/report", { body }), { status: 404, code: "matchNotFound" });
  });

  it.each<[string, () => unknown]>([
    ["an error", () => Promise.reject(new Error(secret))],
    ["an internal error", () => Promise.reject(new SluiceError("internal", { message: secret, data: secret }))],
    ["an error that isn't declared", () => Promise.reject(new SluiceError("leak", { message: secret, data: secret }))],
    ["an error of a client's", () => Promise.reject(new SluiceError("network", { message: secret }))],
    ["no error at all", () => Promise.reject(secret)],
    ["nothing", () => Promise.reject(undefined)],
    ["output that JSON cannot say", () => ({ secret, big: 1n })],
  ])("answers 500 to %s, says nothing of the inside, and tells onError (PROTOCOL §3)", async (_what, find) => {
    const world = await startWorld(adapter, { find });
    const answer = await ask(world, "scores/find", { input: { matchId: "m1" }, headers: { "x-user": "ann" } });
    expectProblem(answer, { status: 500, code: "internal" });
    expect(Object.keys(answer.json).sort()).toEqual(["code", "status", "title", "type"]);
    expect(answer.text).not.toContain(secret);
    expect(world.reports).toEqual([{ error: world.reports[0]?.error, path: "scores/find", context: { user: "ann" } }]);
  });

  it("answers 500 to invalid output and to invalid error data (PROTOCOL §3)", async () => {
    const wrong = { matchId: 7, since } as never;
    const outputs = await startWorld(adapter, { report: () => ({ cursor: 7 as never }) });
    expectProblem(await ask(outputs, "scores/report", { body }), { status: 500, code: "internal" });
    const errors = await startWorld(adapter, { report: (make) => Promise.reject(make.matchNotFound({ data: wrong })) });
    expectProblem(await ask(errors, "scores/report", { body }), { status: 500, code: "internal" });
    expect([outputs.reports.length, errors.reports.length]).toEqual([1, 1]);
  });

  it("still answers when an error contains a value that JSON can't express (PROTOCOL §3)", async () => {
    const error = new SluiceError("conflict", { data: { big: 1n } });
    const world = await startWorld(adapter, { find: () => Promise.reject(error) });
    expectProblem(await ask(world, "scores/find", { input: { matchId: "m1" } }), { status: 409, code: "conflict" });
  });

  it("sends Retry-After in whole seconds, rounded up (PROTOCOL §3)", async () => {
    let error: SluiceError = new SluiceError("tooManyRequests", { retryAfter: 1_001 });
    const world = await startWorld(adapter, { find: () => Promise.reject(error) });
    const refused = await ask(world, "scores/find", { input: { matchId: "m1" } });
    expectProblem(refused, { status: 429, code: "tooManyRequests" });
    expect(refused.headers["retry-after"]).toBe("2");
    error = new SluiceError("unavailable");
    const later = await ask(world, "scores/find", { input: { matchId: "m1" } });
    expect(later.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
    for (const [retryAfter, seconds] of [
      [-5_000, "0"], // a time in the past
      [1e30, "86400"],
      [Number.NaN, "1"],
      [Number.POSITIVE_INFINITY, "1"],
    ] as const) {
      error = new SluiceError("tooManyRequests", { retryAfter });
      expect((await ask(world, "scores/find", { input: { matchId: "m1" } })).headers["retry-after"]).toBe(seconds);
    }
  });

  it("answers 503 with Retry-After above the limit of streams, and serves again below it (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter, { limits: { streams: 2 } });
    const first = await (await open(world, "feed/head")).live();
    await (await open(world, "feed/head")).live();
    const answer = await ask(world, "feed/head");
    expectProblem(answer, { status: 503, code: "unavailable" });
    expect(answer.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
    expect((await ask(world, "scores/ping")).status).toBe(200);
    first.destroy();
    const { parts } = world;
    await new Promise<void>((resolve) =>
      [...parts.admission.streams][0]?.lifetime.signal.addEventListener("abort", () => resolve()),
    );
    await (await open(world, "feed/head")).live();
  });

  it("answers 429 with Retry-After to a client's streams beyond its limit, and to no other client's (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter, { limits: { streamsPerClient: 1 } });
    const ann = { headers: { "x-client": "ann" } };
    await (await open(world, "feed/head", ann)).live();
    const answer = await ask(world, "feed/head", ann);
    expectProblem(answer, { status: 429, code: "tooManyRequests" });
    expect(answer.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
    for (const headers of [{}, {}, { "x-client": "bob" }]) await (await open(world, "feed/head", { headers })).live();
  });

  it("answers 429 with Retry-After to a client's new topics beyond its limit in a minute (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter, { limits: { newTopicsPerClient: 2 } });
    const match = (matchId: string, client?: string) => ({
      input: { matchId },
      ...(client === undefined ? {} : { headers: { "x-client": client } }),
    });
    await (await open(world, "scores/watch", match("followed"))).live();
    for (const matchId of ["followed", "1", "1", "2", "followed"]) {
      await (await open(world, "scores/watch", match(matchId, "ann"))).live();
    }
    world.clock.advance(20_000);
    const answer = await ask(world, "scores/watch", match("3", "ann"));
    expectProblem(answer, { status: 429, code: "tooManyRequests" });
    expect(answer.headers["retry-after"]).toBe("40");
    await (await open(world, "bot/again", match("3", "ann"))).end(); // a generator has no topic
    for (const client of [undefined, undefined, undefined, "bob"]) {
      await (await open(world, "scores/watch", match(`of ${client}`, client))).live();
    }
    expect(world.log.everWatched).toBe(5);
    world.clock.advance(40_000);
    await (await open(world, "scores/watch", match("3", "ann"))).live();
  });

  it("keeps the limit when many streams open at once (PROTOCOL §3)", async () => {
    const waiting: (() => void)[] = [];
    const world = await startWorld(adapter, {
      limits: { streams: 2 },
      gate: () =>
        new Promise((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 5) for (const go of waiting) go();
        }),
    });
    const readers = await Promise.all(Array.from({ length: 5 }, () => open(world, "feed/head")));
    expect(readers.map(({ status }) => status).sort()).toEqual([200, 200, 503, 503, 503]);
  });

  it("leaves OPTIONS to the application, whatever the path (PROTOCOL §2.3)", async () => {
    const world = await startWorld(adapter);
    for (const path of ["feed/head", "scores/report", "nothing"]) {
      const { status, text } = await ask(world, path, { method: "OPTIONS" });
      expect(status).toBe(404);
      expect(text.includes(handedOn)).toBe(adapter.inApplication);
    }
  });
});
