// It replaces a module, so it has a process of its own:
// @vitest-environment-options {"process":"production client"}

import { expect, onTestFinished, test, vi } from "vitest";
import type { ClientOptions } from "./client-options.js";
import { bundle } from "./test-kit/bundle.test-kit.js";
import { contract } from "./test-kit/set-up.test-kit.js";

vi.mock("#development", () => import("./production.js"));
const { createClient } = await import("./index.js");
const typesOnly = await import("./types-only.js");

const fromContract = (options: object) => createClient(contract, options as ClientOptions);
const fromTypes = (options: object) => typesOnly.createClient<typeof contract>(options as ClientOptions);

test.each([
  ["from a contract", fromContract],
  ["from types only", fromTypes],
])("in production, a client %s isn't made for a wrong url, which may come from the environment", (_what, create) => {
  for (const url of [undefined, "", "api", "//host", "/api?a=1"]) {
    expect(() => create({ url })).toThrow(new TypeError(`Sluice error 6: ${JSON.stringify(url) ?? ""}`));
  }
  expect(() => create({ url: "/api", header: {} })).not.toThrow();
});

test("in production, options that can't be used are told by the first call", async () => {
  const { scores } = fromContract({ url: "http://localhost:99999" });
  await expect(scores.clear()).rejects.toMatchObject({
    code: "protocol",
    message: expect.stringMatching(/^Sluice error 9: http:\/\/localhost:99999\/scores\/clear: ./),
  });
  const { scores: others } = fromContract({ url: "http://localhost", headers: { "a b": "c" } });
  await expect(others.clear()).rejects.toMatchObject({
    code: "protocol",
    message: expect.stringMatching(/^Sluice error 8: ./),
  });
});

/** The errors of a call, a subscription and a loop. */
async function failuresOf({ scores }: ReturnType<typeof fromContract>): Promise<readonly unknown[]> {
  const told = new Promise((resolve) => scores.watch.subscribe({ matchId: "m1" }, { onError: resolve }));
  const next = scores.watch.iterate({ matchId: "m1" })[Symbol.asyncIterator]().next();
  return Promise.all([scores.clear(), told, next].map((promise) => promise.catch((error) => error)));
}

test.each<[string, unknown]>([
  ["nothing", undefined],
  ["an object that is no answer", {}],
  ["an answer without headers", { status: 200, text: async () => "" }],
])("in production, a fetch that gives %s is told as `protocol`", async (_what, answer) => {
  for (const failure of await failuresOf(fromContract({ url: "http://a", fetch: async () => answer }))) {
    expect(failure).toMatchObject({ name: "SluiceError", code: "protocol" });
  }
});

const eventStream = (text: string) => async () =>
  new Response(text, { headers: { "content-type": "text/event-stream" } });

test("in production, a message for developers alone is a number, with what it is about", async () => {
  const fetch = eventStream("event: goal\ndata: 1\n\n");
  const { scores } = fromContract({ url: "http://a", fetch, multiplex: false });
  const failure = await new Promise((onError) => scores.watch.subscribe({ matchId: "m1" }, { onError }));
  expect(failure).toMatchObject({ code: "protocol", message: "Sluice error 15: event" });
});

test("in production, a message that a user may see is that of its code", async () => {
  const client = fromContract({ url: "http://a", fetch: eventStream(""), multiplex: false });
  onTestFinished(() => client.$close());
  const failure = new Promise((resolve) => {
    const onConnection = ({ error }: { error?: unknown }) => error && resolve(error);
    client.scores.watch.subscribe({ matchId: "m1" }, { onConnection });
  });
  expect(await failure).toMatchObject({ code: "network", message: "The server cannot be reached" });
});

test("in production, what is asked of a client after its end is told as `aborted`", async () => {
  const client = fromContract({ url: "http://a" });
  client.$close();
  for (const failure of await failuresOf(client)) expect(failure).toMatchObject({ code: "aborted", status: 0 });
});

test("in production, a clock and a random number that throw are replaced by the platform's, and told", async () => {
  const thrown = new Error("broken");
  const broken = () => {
    throw thrown;
  };
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => print.mockRestore());
  const fetch = vi.fn(async () => new Response("", { status: 503, headers: { "retry-after": "0" } }));
  const clock = { now: broken, setTimeout: broken, clearTimeout: broken };
  const client = fromContract({ url: "http://a", fetch, clock, retry: { base: 1, random: broken }, multiplex: false });
  client.scores.watch.subscribe({ matchId: "m1" }, {});
  await vi.waitFor(() => expect(fetch.mock.calls.length).toBeGreaterThan(2), 15_000);
  client.$close();
  expect(print).toHaveBeenCalledWith(thrown);
});

const application = (entry: string) => `
import { createClient } from "@sluice/client${entry}";
import { contract } from "./fixture-contract.js";
globalThis.made = [createClient, contract];
`;
const aContract = `
import { defineContract, query } from "@sluice/contract";
export const contract = defineContract({ list: query() });
`;
const checks = /\/(option-rules|url-option|option-names|check-tree|rules)\.ts$/;

test.each(["", "/types-only"])(
  "only a build for production leaves the checks of options and contracts out, beside @sluice/client%s",
  async (entry) => {
    const checksIn = async (mode: "development" | "production") => {
      const { modules } = await bundle(application(entry), aContract, "es", mode);
      return modules.filter((id) => checks.test(id)).map((id) => id.slice(id.lastIndexOf("/") + 1));
    };
    expect(await checksIn("production")).toEqual(["url-option.ts"]);
    expect(await checksIn("development")).toHaveLength(5);
  },
  60_000,
);
