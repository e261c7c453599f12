import type { SluiceError } from "@sluice/contract";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceNode } from "@sluice/server/node";
import express from "express";
import { expect, it } from "vitest";
import { oddThrows } from "../support/odd-throws.js";
import { type Adapter, adapters, describeStreams } from "./adapters.js";
import { ask } from "./ask.js";
import { itAlone } from "./in-lanes.js";
import { type OpenOptions, open } from "./reader.js";
import { eventually } from "./within.js";
import { startWorld, type TokenSource, type World } from "./world.js";

const internal = { status: 500, code: "internal" };

async function expectInternal(world: World, path: string, options?: OpenOptions): Promise<void> {
  const answer = await ask(world, path, options);
  expect(answer.json).toMatchObject(internal);
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain("secret");
}

describeStreams("whatever is thrown, the process and its other streams go on", (adapter) => {
  itAlone.each(oddThrows)("from a generator: %s", async (_, make) => {
    const tokens: TokenSource = async function* () {
      yield { type: "token", data: "a" };
      throw make();
    };
    const world = await startWorld(adapter, { tokens });
    const reader = await (await open(world, "bot/once")).end();
    expect(reader.text).toContain('{"code":"internal","message":"Internal error","final":true}');
    expect(world.reports).toHaveLength(1);
  });

  itAlone.each(oddThrows)("from a generator whose client has left: %s", async (_, make) => {
    const tokens: TokenSource = async function* ({ signal }) {
      yield { type: "token", data: "a" };
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw make();
    };
    const world = await startWorld(adapter, { tokens });
    const reader = await open(world, "bot/once");
    await reader.received(1);
    reader.destroy();
    await eventually(() => expect(world.reports).toHaveLength(1));
  });

  it.each(oddThrows)("from a handler, middleware and a snapshot: %s", async (_, make) => {
    const fail = () => {
      throw make();
    };
    const isGated = { value: true };
    const world = await startWorld(adapter, {
      find: fail,
      gate: () => (isGated.value ? fail() : undefined),
      counter: fail,
    });
    await expectInternal(world, "scores/find", { body: { input: { matchId: "m1" } } });
    await expectInternal(world, "own/counter");
    isGated.value = false;
    await expectInternal(world, "own/counter");
    expect(world.reports).toHaveLength(3);
  });

  it.each(oddThrows)("from a filter: %s", async (_, make) => {
    const world = await startWorld(adapter, {
      keep() {
        throw make();
      },
    });
    const other = await (await open(world, "feed/head")).live();
    const reader = await (await open(world, "feed/filtered")).live();
    await world.topic(world.contract.feed.filtered).publish({ type: "post", data: { n: 2 } });
    await world.topic(world.contract.feed.head).publish({ type: "post", data: { n: 2 } });
    expect((await reader.end()).all("error")).toMatchObject([{ code: "internal", final: false }]);
    await other.received(1);
    expect(world.reports).toHaveLength(1);
  });

  itAlone.each(oddThrows)("as the data of a declared error: %s", async (_, make) => {
    const world = await startWorld(adapter, {
      report(errors) {
        const data = Object.defineProperty({}, "matchId", {
          enumerable: true,
          get() {
            throw make();
          },
        });
        throw errors.matchNotFound({ data: data as never }) as SluiceError;
      },
    });
    await expectInternal(world, "scores/report", { body: { input: { matchId: "m1" } } });
  });
});

const mounted: [name: string, listener: (fail: () => never) => Adapter["listener"]][] = [
  ["node", (fail) => (sluice) => sluiceNode(sluice, { base: "/api", context: fail })],
  ["node, identify", (fail) => (s) => sluiceNode(s, { base: "/api", context: () => ({ user: null }), identify: fail })],
  ["express", (fail) => (sluice) => express().use("/api", sluiceExpress(sluice, { context: fail }))],
  [
    "express, a response that is wrapped",
    (fail) => (sluice) =>
      express()
        .use((_req, res, next) => {
          res.writeHead = fail;
          next();
        })
        .use("/api", sluiceExpress(sluice, { context: () => ({ user: null }) }))
        .use(((_error, _req, res, _next) => {
          Reflect.deleteProperty(res, "writeHead");
          res.status(500).json(internal);
        }) as express.ErrorRequestHandler),
  ],
];

itAlone.each(
  mounted.flatMap(([name, listener]) => oddThrows.map(([what, make]) => [name, what, listener, make] as const)),
)("from functions of the adapter's user, %s: %s", async (_name, _what, listener, make) => {
  const fail = () => {
    throw make();
  };
  const world = await startWorld({ ...(adapters[0] as Adapter), base: "/api", listener: listener(fail) });
  await expectInternal(world, "feed/head");
});
