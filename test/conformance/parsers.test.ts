import express from "express";
import express4 from "express-4";
import { describe, expect, it } from "vitest";
import { type Adapter, adapters } from "./adapters.js";
import { ask } from "./ask.js";
import { startWorld } from "./world.js";

const behind = (make: typeof express, ...parsers: express.RequestHandler[]): Adapter => {
  const [inner] = adapters as [Adapter];
  return {
    ...inner,
    listener: (sluice) =>
      make()
        .use(parsers)
        .use(inner.listener(sluice) as express.RequestHandler),
  };
};

describe.each([
  ["express", express],
  ["express 4", express4],
])("a JSON body behind parsers of %s", (_name, make) => {
  it.each([
    ["forms", [make.urlencoded({ extended: true })]],
    ["another type of JSON", [make.json({ type: "application/vnd.api+json" })]],
    ["text, which this one takes for its own", [make.text({ type: "*/*" })]],
    ["bytes, which this one takes for its own", [make.raw({ type: "*/*" })]],
    ["everything, one after another", [make.urlencoded({ extended: true }), make.json(), make.text(), make.raw()]],
  ])("is read all the same where they are for %s (PROTOCOL §2.4)", async (_what, parsers) => {
    const world = await startWorld(behind(make, ...parsers));
    const { json } = await ask(world, "scores/find", { body: { input: { matchId: "ü" } } });
    expect(json).toEqual({ output: { matchId: "ü", limit: 5 } });
    const empty = { method: "POST", text: "", headers: { "content-type": "application/json" } };
    expect((await ask(world, "scores/ping", empty)).status).toBe(200);
  });
});
