import { SluiceError } from "@sluice/contract";
import { describe, expect, test, vi } from "vitest";
import { match, setUp, until } from "../test-kit/set-up.test-kit.js";

const iso = "2026-01-01T00:00:00Z";

describe("calls", () => {
  test("a mutation is a POST, its input encoded and its output decoded", async () => {
    const { server, client } = await setUp({ headers: { authorization: "t" } });
    const answer = client.scores.report({ matchId: "m1", at: new Date(0) });
    const request = await server.next();
    expect(request).toMatchObject({ method: "POST", path: "/api/scores/report" });
    expect(request.headers).toMatchObject({ "content-type": "application/json", authorization: "t" });
    expect(request.body).toEqual({ input: { matchId: "m1", at: "1970-01-01T00:00:00.000Z" } });
    request.answer(200, {}, { output: { at: iso } });
    expect(await answer).toEqual({ at: new Date(iso) });
  });

  test("leaves out a header that is undefined, such as that of somebody who isn't logged in", async () => {
    const given = { authorization: undefined, "x-app": "a" };
    for (const headers of [given, () => given, async () => given]) {
      const { server, client } = await setUp({ headers });
      void client.scores.clear();
      const request = await server.next();
      expect(request.headers).toMatchObject({ "x-app": "a" });
      expect(request.headers).not.toHaveProperty("authorization");
      request.answer(200, {}, {});
    }
  });

  test("takes headers as a Headers object, or as pairs", async () => {
    for (const headers of [new Headers({ "x-app": "a" }), [["x-app", "a"]] as const]) {
      const { server, client } = await setUp({ headers });
      void client.scores.clear();
      const request = await server.next();
      expect(request.headers).toMatchObject({ "x-app": "a" });
      request.answer(200, {}, {});
    }
  });

  test("a query is a GET, or a POST if the URL would be too long", async () => {
    const { server, client } = await setUp();
    const answer = client.scores.find({ text: "ä & b" });
    const request = await server.next();
    expect(request).toMatchObject({ method: "GET", body: undefined });
    expect(request.query.get("input")).toBe('{"text":"ä & b"}');
    request.answer(200, {}, { output: ["a"] });
    expect(await answer).toEqual(["a"]);
    void client.scores.find({ text: "ä".repeat(400) }).catch(() => {});
    expect(await server.next()).toMatchObject({ method: "POST", body: { input: { text: "ä".repeat(400) } } });
  });

  test("a procedure without input and output sends and returns nothing", async () => {
    const { server, client } = await setUp();
    const answer = client.scores.clear();
    const request = await server.next();
    expect(request.body).toEqual({});
    request.answer(200, {}, {});
    expect(await answer).toBeUndefined();
  });

  test("gives fetch a signal of the call's own, never the caller's: Node's fetch piles up listeners", async () => {
    const given: (AbortSignal | undefined)[] = [];
    const { server, client } = await setUp({
      fetch(address, init) {
        given.push(init.signal);
        return fetch(address, init);
      },
    });
    const { signal } = new AbortController();
    for (const options of [{}, { signal }]) {
      const answer = client.scores.clear(undefined, options);
      (await server.next()).answer(200, {}, {});
      await answer;
    }
    expect(given).toEqual([expect.any(AbortSignal), expect.any(AbortSignal)]);
    expect(new Set([...given, signal]).size).toBe(3);
  });
});

describe("failed calls", () => {
  const failing = async (answer: (server: Awaited<ReturnType<typeof setUp>>["server"]) => Promise<void> | void) => {
    const { server, client } = await setUp();
    const result = client.scores.report(match).then(
      () => undefined,
      (error: unknown) => error,
    );
    await answer(server);
    const error = await result;
    expect(error).toBeInstanceOf(SluiceError);
    return error as SluiceError;
  };

  test("a declared error has its data decoded", async () => {
    const problem = { type: "about:blank", title: "matchNotFound", status: 404, code: "matchNotFound" };
    const error = await failing(async (server) =>
      (await server.next()).answer(404, {}, { ...problem, detail: "no m1", data: { at: iso } }),
    );
    expect(error).toMatchObject({ code: "matchNotFound", status: 404, message: "no m1", data: { at: new Date(iso) } });
  });

  test("issues and Retry-After come along", async () => {
    const issues = [{ message: "expected string", path: ["matchId"] }];
    const bad = await failing(async (server) =>
      (await server.next()).answer(400, {}, { status: 400, code: "badRequest", issues }),
    );
    expect(bad).toMatchObject({ code: "badRequest", issues });
    const busy = await failing(async (server) =>
      (await server.next()).answer(429, { "retry-after": "3" }, { status: 429, code: "tooManyRequests" }),
    );
    expect(busy).toMatchObject({ code: "tooManyRequests", retryAfter: 3_000 });
  });

  test("an unknown code is passed on unchanged", async () => {
    const error = await failing(async (server) =>
      (await server.next()).answer(422, {}, { title: "newer", status: 422, code: "newer", data: 5 }),
    );
    expect(error).toMatchObject({ code: "newer", status: 422, data: 5 });
  });

  test.each([
    ["a page", 200, { "content-type": "text/html" }, "<h1>hello</h1>", "protocol"],
    ["JSON that is cut", 200, {}, '{"output":', "protocol"],
    ["JSON that is no object", 200, {}, "5", "protocol"],
    ["an output that doesn't fit", 200, {}, { output: {} }, "contractMismatch"],
    ["a gateway's page", 502, { "content-type": "text/html" }, "<h1>sorry</h1>", "unavailable"],
    [
      "a proxy that waited in vain for the request",
      408,
      { "content-type": "text/plain" },
      "Request Timeout",
      "unavailable",
    ],
    ["a proxy that takes nothing early", 425, {}, undefined, "unavailable"],
    ["an unknown status", 418, {}, undefined, "protocol"],
    ["a router's 404", 404, { "content-type": "text/html" }, "Cannot POST", "notFound"],
    ["an error whose data doesn't fit", 404, {}, { code: "matchNotFound", data: 5 }, "contractMismatch"],
  ])("%s is told apart", async (_, status, headers, body, code) => {
    const error = await failing(async (server) => (await server.next()).answer(status, headers, body));
    expect(error.code).toBe(code);
  });

  test("a connection that breaks is network, and the call is not sent again", async () => {
    let requests = 0;
    const error = await failing(async (server) => {
      (await server.next()).destroy();
      requests = server.requests.length;
    });
    expect(error.code).toBe("network");
    expect(requests).toBe(1);
  });

  test("a response that isn't Sluice's isn't held open", async () => {
    const { server, client } = await setUp();
    const answer = client.scores.clear();
    const stream = (await server.next()).open();
    await expect(answer).rejects.toMatchObject({ code: "protocol" });
    await until(() => stream.isGone);
  });

  test("an input that cannot be encoded is badRequest with its issues, and nothing is sent", async () => {
    const { server, client } = await setUp();
    const answer = client.scores.report({ matchId: "m1", at: "now" as never });
    await expect(answer).rejects.toMatchObject({ code: "badRequest", issues: [{ path: ["at"] }] });
    expect(server.requests).toHaveLength(0);
  });

  test("aborting rejects with aborted, before and during the request, and closes the socket", async () => {
    const { server, client } = await setUp();
    const early = client.scores.report(match, { signal: AbortSignal.abort(new Error("why")) });
    await expect(early).rejects.toMatchObject({ code: "aborted", cause: { message: "why" } });
    const controller = new AbortController();
    const answer = client.scores.report(match, { signal: controller.signal });
    const request = await server.next();
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: "aborted" });
    await until(() => request.isGone);
    expect(server.requests).toHaveLength(1);
  });

  test("aborting also rejects while the application gets headers or new credentials", async () => {
    const never = () => new Promise<never>(() => {});
    const onUnauthorized = vi.fn(never);
    for (const hooks of [{ headers: never }, { onUnauthorized }]) {
      const { server, client } = await setUp(hooks);
      const controller = new AbortController();
      const answer = client.scores.clear(undefined, { signal: controller.signal });
      if (hooks.onUnauthorized) {
        (await server.next()).answer(401);
        await until(() => onUnauthorized.mock.calls.length === 1);
      }
      controller.abort(new Error("why"));
      await expect(answer).rejects.toMatchObject({ code: "aborted", cause: { message: "why" } });
    }
  });
});

describe("401", () => {
  test("calls the refresh hook once for all calls that fail together, and retries each once", async () => {
    let token = "old";
    const onUnauthorized = vi.fn(async () => {
      token = "new";
    });
    const { server, client } = await setUp({ onUnauthorized, headers: () => ({ authorization: token }) });
    const answers = Promise.all([client.scores.clear(), client.scores.clear()]);
    const refused = [await server.next(), await server.next()];
    for (const request of refused) request.answer(401, {}, { code: "unauthorized" });
    for (const _ of refused) {
      const request = await server.next();
      expect(request.headers["authorization"]).toBe("new");
      request.answer(200, {}, {});
    }
    await answers;
    expect(onUnauthorized).toHaveBeenCalledTimes(1);
  });

  test("is final the second time, and without a hook", async () => {
    const onUnauthorized = vi.fn();
    const { server, client } = await setUp({ onUnauthorized });
    const answer = client.scores.clear();
    for (let i = 0; i < 2; i++) (await server.next()).answer(401);
    await expect(answer).rejects.toMatchObject({ code: "unauthorized" });
    expect(onUnauthorized).toHaveBeenCalledTimes(1);
    const plain = await setUp();
    const refused = plain.client.scores.clear();
    (await plain.server.next()).answer(401);
    await expect(refused).rejects.toMatchObject({ code: "unauthorized" });
  });
});

test.each([
  ["a dev server's page", 200, "text/html"],
  ["an application's 404", 404, "text/html; charset=utf-8"],
])("a wrong url is told by what was asked, what answered and what to check: %s", async (_, status, type) => {
  const { server, client } = await setUp();
  const answer = client.scores.find({ text: "a" }).catch((thrown: unknown) => thrown);
  (await server.next()).answer(status, { "content-type": type }, "<html>");
  const { message } = (await answer) as SluiceError;
  expect(message).toContain(`/api/scores/find?input=`);
  expect(message).toContain(`answered ${status} with ${type}`);
  expect(message).toContain("Check the client's url: is scores/find served there");
});
