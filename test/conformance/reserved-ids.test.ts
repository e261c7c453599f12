import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { open } from "./reader.js";
import { startWorld } from "./world.js";

const subscriptions = ["feed/head", "feed/private", "scores/watch", "own/counter", "bot/once", "bot/again"];

describeAdapters("reserved ids", (adapter) => {
  it("answers 204 without a body to $end, before input and authorisation (PROTOCOL §6.3)", async () => {
    const world = await startWorld(adapter);
    for (const path of subscriptions) {
      const answer = await ask(world, path, { headers: { "last-event-id": "$end" } });
      expect([answer.status, answer.text]).toEqual([204, ""]);
      expect((await ask(world, path, { lastEventId: "$end" })).status).toBe(204);
      expect((await ask(world, path, { body: { cursor: "$end" } })).status).toBe(204);
      expect((await ask(world, path, { method: "HEAD", lastEventId: "$end" })).status).toBe(204);
    }
    expect((await ask(world, "bot/prompt", { body: { cursor: "$end" } })).status).toBe(204);
    expect(world.log.everWatched).toBe(0);
  });

  it("answers $once with nothing but the final error interrupted (PROTOCOL §4.2, §6.3)", async () => {
    let runs = 0;
    const world = await startWorld(adapter, {
      async *tokens() {
        runs++;
        yield* [];
      },
    });
    for (const path of subscriptions) {
      const reader = await (await open(world, path, { headers: { "last-event-id": "$once" } })).end();
      expect([reader.status, reader.response.headers["content-type"]]).toEqual([200, "text/event-stream"]);
      expect(reader.response.headers).not.toHaveProperty("content-length");
      const data = '{"code":"interrupted","message":"The stream was cut and cannot be resumed","final":true}';
      expect(reader.text).toBe(`id: $end\nevent: $error\ndata: ${data}\n\n`);
    }
    expect([runs, world.log.everWatched, world.parts.admission.streams.size]).toEqual([0, 0, 0]);
  });

  it("refuses any other id that starts with $ (PROTOCOL §6.3)", async () => {
    const world = await startWorld(adapter);
    for (const path of subscriptions) {
      for (const lastEventId of ["$", "$End", "$end.1.x", "$open", "$$"]) {
        expectProblem(await ask(world, path, { lastEventId }), { status: 400, code: "badRequest" });
      }
    }
  });

  it("checks path and method first (PROTOCOL §6.3)", async () => {
    const world = await startWorld(adapter);
    const headers = { "last-event-id": "$end" };
    expect((await ask(world, "bot/prompt", { headers })).status).toBe(405);
    expect((await ask(world, "nothing", { headers })).status).toBe(404);
    expect((await ask(world, "scores/ping", { headers })).status).toBe(200);
  });
});
