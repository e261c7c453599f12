import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { query } from "@sluice/contract";
import { expect, test } from "vitest";
import { createClient } from "./client.js";
import type { ClientOptions } from "./client-options.js";
import { internals } from "./procedure/procedure.js";
import { contract, match, setUp, until } from "./test-kit/set-up.test-kit.js";
import { createClient as createWireClient } from "./types-only.js";

test("the tree is the contract's, and opens nothing by itself", async () => {
  const { server, client } = await setUp();
  expect(Object.keys(client)).toEqual(["scores", "feed", "assistant", "$close"]);
  expect(Object.keys(client.scores)).toEqual(["watch", "report", "find", "clear"]);
  expect(client.scores.watch[internals].procedure).toBe(contract.scores.watch);
  expect(client.scores.report[internals].procedure).toBe(contract.scores.report);
  expect(server.requests).toHaveLength(0);
});

test("two clients of one contract are distinct, and share nothing", () => {
  const one = createClient(contract, { url: "/api" });
  const two = createClient(contract, { url: "/api" });
  expect(one.feed[internals].clientId).not.toBe(two.feed[internals].clientId);
  expect(one.feed[internals].clientId).toBe(one.scores.report[internals].clientId);
  expect(one.feed[internals].shared()).not.toBe(two.feed[internals].shared());
});

test("an id names the client, in another page too", () => {
  const named = createClient(contract, { url: "/api", id: "main" });
  expect(named.feed[internals].clientId).toBe("main");
  expect(createWireClient<typeof contract>({ url: "/api", id: "main" }).feed[internals].clientId).toBe("main");
});

test("refuses procedures that don't come from defineContract", () => {
  expect(() => createClient({ ping: query() }, { url: "/api" })).toThrow(
    "pass a procedure of the object that defineContract returned",
  );
});

test.each(["/api/", "/api", "/", "https://example.com/api//"])("takes the url %s", async (url) => {
  const asked: string[] = [];
  const fetch = async (address: string | URL | Request) => {
    asked.push(String(address));
    return Response.json({});
  };
  const page = "location" in globalThis;
  if (!page) Object.assign(globalThis, { location: {} });
  try {
    await createClient(contract, { url, fetch }).scores.clear();
  } finally {
    if (!page) Reflect.deleteProperty(globalThis, "location");
  }
  expect(asked).toEqual([`${url.replace(/\/+$/, "")}/scores/clear`]);
});

test("refuses a relative url without a page", async () => {
  const call = createClient(contract, { url: "/api" }).scores.clear();
  await expect(call).rejects.toMatchObject({
    code: "protocol",
    message: expect.stringContaining('"/api" is relative'),
  });
});

test.each<[string, object | undefined, string]>([
  ["no options", undefined, "Client options are undefined; allowed is an object"],
  ["an empty id", { url: "/api", id: "" }, 'Client option "id" is ""; allowed is a text that is not empty'],
  ["no url", {}, 'Client option "url" is undefined; allowed is a path such as "/api"'],
  ["a url of another kind", { url: "api" }, 'Client option "url" is "api"; allowed is a path'],
  ["a url with a query", { url: "/api?a=1" }, '"url" is "/api?a=1"'],
  ["a url without a scheme", { url: "//example.com/api" }, '"url" is "//example.com/api"'],
  ["a url that is none", { url: "http://exa mple/api" }, 'Client option "url" cannot be used: Invalid URL'],
  ["a url with an impossible port", { url: "http://localhost:99999" }, 'Client option "url" cannot be used'],
  ["headers that can't be sent", { url: "/api", headers: { "a b": "c" } }, 'Client option "headers" cannot be used'],
  ["an unknown option", { url: "/api", header: {} }, 'Client option "header" is unknown; allowed are id, url, headers'],
  [
    "an unknown part",
    { url: "/api", retry: { min: 1 } },
    'Client option "retry.min" is unknown; allowed are base, max',
  ],
  ["a negative time", { url: "/api", linger: -1 }, 'Client option "linger" is -1; allowed is a number of milliseconds'],
  ["no time at all", { url: "/api", connectTimeout: 0 }, 'Client option "connectTimeout" is 0'],
  ["no number", { url: "/api", retry: { base: "1s" } }, 'Client option "retry.base" is "1s"'],
  ["NaN", { url: "/api", retry: { max: Number.NaN } }, 'Client option "retry.max" is NaN'],
  ["no function", { url: "/api", fetch: "fetch" }, 'Client option "fetch" is "fetch"; allowed is a function'],
  ["no function to wake it", { url: "/api", wake: true }, 'Client option "wake" is true; allowed is a function'],
  ["half a clock", { url: "/api", clock: { now: Date.now } }, 'Client option "clock.setTimeout" is undefined'],
  ["other credentials", { url: "/api", credentials: "all" }, 'Client option "credentials" is "all"'],
])("refuses %s, naming option, given and allowed", (_, options, message) => {
  expect(() => createClient(contract, options as ClientOptions)).toThrow(TypeError);
  expect(() => createClient(contract, options as ClientOptions)).toThrow(message);
});

test("fetch is looked up at every request, so it may be replaced", async () => {
  const { fetch } = globalThis;
  const client = createClient(contract, { url: "http://example.com" });
  globalThis.fetch = async () => Response.json({ output: ["mine"] });
  try {
    expect(await client.scores.find({ text: "a" })).toEqual(["mine"]);
  } finally {
    globalThis.fetch = fetch;
  }
});

test("an unreferenced subscription is forgotten", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const { client } = await setUp();
  const { shared } = client.scores.watch[internals];
  let freed = 0;
  const registry = new FinalizationRegistry(() => freed++);
  for (let id = 0; id < 50; id++) registry.register(shared({ matchId: `m${id}` }), id);
  const held = shared(match);
  await until(() => {
    collectGarbage();
    return freed >= 49;
  });
  expect(shared(match)).toBe(held);
});
