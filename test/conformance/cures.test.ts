import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { startWorld } from "./world.js";

const badRequest = { status: 400, code: "badRequest" };
const json = { "content-type": "application/json" };

describeAdapters("an error names its cure", (adapter) => {
  it.each([
    ["an input without its envelope", { body: { matchId: "m1" } }, '"matchId" and no "input": send {"input": …}'],
    [
      "a GET with a body",
      { method: "GET", text: '{"input":{"matchId":"m1"}}', headers: { ...json, "content-length": "26" } },
      "POST {",
    ],
    ["an input's members in the query", "?matchId=m1&limit=2", '"matchId", "limit" and no "input": send ?input='],
    ["an input in the query that is text", "?input=m1", "--data-urlencode"],
  ] as const)("%s", async (_, options, cure) => {
    const world = await startWorld(adapter);
    const isQuery = typeof options === "string";
    const answer = await ask(world, `scores/find${isQuery ? options : ""}`, isQuery ? {} : options);
    expectProblem(answer, badRequest);
    expect(answer.json["detail"]).toContain(cure);
  });

  it("a POST without a content type", async () => {
    const world = await startWorld(adapter);
    const answer = await ask(world, "scores/find", { text: '{"input":{"matchId":"m1"}}' });
    expectProblem(answer, { status: 415, code: "unsupportedMediaType" });
    expect(answer.json["detail"]).toContain(`-H 'content-type: application/json' -d '{"input":{}}'`);
  });

  it("and unknown members stay ignored if there is an input, or none is needed (PROTOCOL §2.4)", async () => {
    const world = await startWorld(adapter);
    expect((await ask(world, "scores/find", { body: { input: { matchId: "m1" }, by: 2 } })).status).toBe(200);
    expect((await ask(world, "scores/ping", { body: { by: 2 } })).status).toBe(200);
  });
});
