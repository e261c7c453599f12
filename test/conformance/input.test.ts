import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { open } from "./reader.js";
import { startWorld } from "./world.js";

const badRequest = { status: 400, code: "badRequest" };
const json = { "content-type": "application/json" };

describeAdapters("input", (adapter) => {
  it("takes it from the query or from a POST's body, and fills in defaults (PROTOCOL §2.1, §2.2)", async () => {
    const world = await startWorld(adapter);
    const input = { matchId: "m{1}&?#/ü" };
    const output = { ...input, limit: 5 };
    expect((await ask(world, "scores/find", { input })).json).toEqual({ output });
    expect((await ask(world, "scores/find", { body: { input, extra: 1 } })).json).toEqual({ output });
    await (await open(world, "scores/watch", { input })).live();
    await (await open(world, "scores/watch", { body: { input } })).live();
  });

  it("names the place of an invalid value (PROTOCOL §2.4, §3)", async () => {
    const world = await startWorld(adapter);
    const wrong = { matchId: 7, limit: "many" };
    for (const path of ["scores/find", "scores/watch"]) {
      for (const options of [{ input: wrong }, { body: { input: wrong } }]) {
        const answer = await ask(world, path, options);
        expectProblem(answer, badRequest);
        const issues = answer.json["issues"] as { path: unknown; message: string }[];
        expect(issues[0]).toEqual({ path: ["matchId"], message: expect.stringMatching(/string/) });
        expect(answer.json["detail"]).toContain("matchId");
      }
    }
    expectProblem(await ask(world, "scores/find"), badRequest);
  });

  it.each([
    ["{matchId:1}", "no JSON"],
    ["", "nothing"],
    ['{"a":', "half of it"],
    ["\ufeff{}", "a byte order mark"],
  ])("refuses %j in ?input: %s (PROTOCOL §2.4)", async (text) => {
    const world = await startWorld(adapter);
    expectProblem(await ask(world, `scores/find?input=${encodeURIComponent(text)}`), badRequest);
    expectProblem(await ask(world, `scores/watch?input=${encodeURIComponent(text)}`), badRequest);
  });

  it("refuses ?input or ?lastEventId given twice, and ignores all other parameters (PROTOCOL §2.3)", async () => {
    const world = await startWorld(adapter);
    const input = `input=${encodeURIComponent('{"matchId":"m1"}')}`;
    expectProblem(await ask(world, `scores/find?${input}&${input}`), badRequest);
    expectProblem(await ask(world, "feed/head?lastEventId=&lastEventId="), badRequest);
    expect((await ask(world, `scores/find?x=1&${input}&x=2&constructor=3`)).status).toBe(200);
  });

  it("accepts only null and {} for a procedure without input (PROTOCOL §2.1)", async () => {
    const world = await startWorld(adapter);
    for (const input of [null, {}]) {
      expect((await ask(world, "scores/ping", { input })).status).toBe(200);
      expect((await ask(world, "scores/ping", { body: { input } })).status).toBe(200);
      await (await open(world, "feed/head", { input })).live();
    }
    for (const input of [0, false, "", [], { a: 1 }, JSON.parse('{"__proto__":1}')]) {
      expectProblem(await ask(world, "scores/ping", { input }), badRequest);
      expectProblem(await ask(world, "feed/head", { body: { input } }), badRequest);
    }
  });

  it("treats an empty body as {} (PROTOCOL §2.4)", async () => {
    const world = await startWorld(adapter);
    expect(await ask(world, "scores/ping", { text: "", headers: json })).toMatchObject({ status: 200, text: "{}" });
    const chunked = { ...json, "transfer-encoding": "chunked" };
    expect(await ask(world, "scores/ping", { text: "", headers: chunked })).toMatchObject({ status: 200, text: "{}" });
    await (await open(world, "feed/posted", { method: "POST", headers: json })).live();
  });

  it.each(["[]", '[{"input":{}}]'])("refuses the body %s (PROTOCOL §2.4)", async (text) => {
    const world = await startWorld(adapter);
    expectProblem(await ask(world, "scores/ping", { text, headers: json }), badRequest);
  });

  // Behind a body parser, the application answers these.
  if (!adapter.parsesBodies) {
    it.each(["{", "null", "1", '"input"', "input={}", "{}{}", "\ufeff{}"])(
      "refuses the body %j (PROTOCOL §2.4)",
      async (text) => {
        const world = await startWorld(adapter);
        expectProblem(await ask(world, "scores/ping", { text, headers: json }), badRequest);
        expectProblem(await ask(world, "feed/posted", { text, headers: json }), badRequest);
      },
    );
  }

  it("refuses a cursor that is not a string, if the procedure uses it (PROTOCOL §2.2, §2.4)", async () => {
    const world = await startWorld(adapter);
    for (const cursor of [1, {}, [], false]) {
      expectProblem(await ask(world, "feed/head", { body: { cursor } }), badRequest);
      const headers = { "last-event-id": "a.1.b" };
      expectProblem(await ask(world, "feed/head", { body: { cursor }, headers }), badRequest);
      expect((await ask(world, "scores/ping", { body: { cursor } })).status).toBe(200);
    }
    await (await open(world, "feed/head", { body: { cursor: null } })).live();
    expect((await ask(world, "scores/ping?lastEventId=x", { headers: { "last-event-id": "$x" } })).status).toBe(200);
  });

  it("refuses input that is nested too deeply (PROTOCOL §2.4)", async () => {
    const world = await startWorld(adapter);
    const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${"}]".repeat(levels / 2)}`;
    for (const levels of [258, 9_000]) {
      const answer = await ask(world, "feed/of", { text: `{"input":${nested(levels)}}`, headers: json });
      expectProblem(answer, badRequest);
      expect(answer.json["detail"]).toContain("256 levels");
    }
    expectProblem(await ask(world, `feed/of?input=${nested(300)}`), badRequest);
    await (await open(world, "feed/of", { text: `{"input":${nested(256)}}`, headers: json })).live();
    expect(world.reports).toEqual([]);
  });

  it("does not change a prototype for a key __proto__ (PROTOCOL §2.4)", async () => {
    const world = await startWorld(adapter);
    const text = '{"__proto__":{"input":{"matchId":"x"},"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    expectProblem(await ask(world, "scores/find", { text, headers: json }), badRequest);
    const input = JSON.parse('{"matchId":"m1","__proto__":{"polluted":1}}');
    expect((await ask(world, "scores/find", { body: { input } })).json).toEqual({
      output: { matchId: "m1", limit: 5 },
    });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it.each([
    ["a form", "application/x-www-form-urlencoded"],
    ["a file form", "multipart/form-data; boundary=x"],
    ["plain text", "text/plain"],
    ["text that holds the right type", "text/plain; application/json"],
    ["a type like it", "application/json5"],
    ["JSON in another encoding", "application/json; charset=utf-16"],
    ["no type", undefined],
  ])("refuses %s (PROTOCOL §2.4)", async (_what, type) => {
    const world = await startWorld(adapter);
    const headers = type === undefined ? {} : { "content-type": type };
    for (const path of ["scores/ping", "scores/report", "bot/prompt"]) {
      for (const text of ['{"input":{"matchId":"m1","prompt":""}}', ""]) {
        if (adapter.parsesBodies && type?.includes("utf-16")) continue; // the parser's answer, not ours
        expectProblem(await ask(world, path, { text, headers }), { status: 415, code: "unsupportedMediaType" });
      }
    }
  });

  it.each(["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"', "application/json;"])(
    "takes the content type %s (PROTOCOL §2.4)",
    async (type) => {
      const world = await startWorld(adapter);
      const text = '{"input":{"matchId":"ü"}}';
      const { json } = await ask(world, "scores/find", { text, headers: { "content-type": type } });
      expect(json).toEqual({ output: { matchId: "ü", limit: 5 } });
    },
  );
});
