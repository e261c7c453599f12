import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { QueryClient } from "@tanstack/query-core";
import { expect, test } from "vitest";
import * as z from "zod";
import { createClient } from "../client.js";
import { createClient as createWireClient } from "../types-only.js";
import { sluiceKey, sluiceMutation, sluiceQuery, sluiceSubscription } from "./index.js";

const contract = defineContract({
  scores: {
    find: query({ input: z.object({ text: z.string(), limit: z.int().optional() }), output: z.string() }),
    report: mutation(),
    live: { watch: subscription({ input: z.object({ id: z.string() }).optional(), events: { goal: z.string() } }) },
  },
  scoresOfOld: { find: query({ output: z.string() }) },
  find: query({ output: z.string() }),
});
const options = { url: "http://localhost/api", id: "main" };
const client = createClient(contract, options);
const wireClient = createWireClient<typeof contract>(options);

const all = {
  find: sluiceQuery(client.find).queryKey,
  "scores.find a": sluiceQuery(client.scores.find, { text: "a" }).queryKey,
  "scores.find a, 3": sluiceQuery(client.scores.find, { limit: 3, text: "a" }).queryKey,
  "watch state": sluiceSubscription(client.scores.live.watch).queryKey,
  "watch m1": sluiceSubscription(client.scores.live.watch, { id: "m1" }).queryKey,
  "watch m1 list": sluiceSubscription(client.scores.live.watch, { id: "m1" }, { list: 3 }).queryKey,
  "scoresOfOld.find": sluiceQuery(client.scoresOfOld.find).queryKey,
};
const queryClient = new QueryClient();
for (const [name, queryKey] of Object.entries(all)) queryClient.setQueryData<unknown>(queryKey, name);
queryClient.setQueryData<unknown>(
  sluiceQuery(createClient(contract, { url: options.url }).find).queryKey,
  "other client",
);

const found = (queryKey: readonly unknown[]) => queryClient.getQueriesData({ queryKey }).map(([, name]) => name);

test("finds all queries and views of a client, a subtree, a procedure or one input, and no others", () => {
  const ofScores = ["scores.find a", "scores.find a, 3", "watch state", "watch m1", "watch m1 list"];
  expect(found(sluiceKey(client))).toEqual(Object.keys(all));
  expect(found(sluiceKey(client.scores))).toEqual(ofScores);
  expect(found(sluiceKey(client.scores.live))).toEqual(ofScores.slice(2));
  expect(found(sluiceKey(client.scores.live.watch))).toEqual(ofScores.slice(2));
  expect(found(sluiceKey(client.scores.live.watch, { id: "m1" }))).toEqual(["watch m1", "watch m1 list"]);
  expect(found(sluiceKey(client.scores.live.watch, undefined))).toEqual(["watch state"]);
  expect(found(sluiceKey(client.scores.find))).toEqual(["scores.find a", "scores.find a, 3"]);
  expect(found(sluiceKey(client.scores.find, { text: "a" }))).toEqual(["scores.find a"]);
});

test("of a query's input is the query's key", () => {
  const input = { text: "a", limit: 3 };
  expect(sluiceKey(client.scores.find, input)).toEqual(sluiceQuery(client.scores.find, input).queryKey);
  expect(queryClient.getQueryData(sluiceKey(client.scores.find, input))).toBe("scores.find a, 3");
});

test("a client made from types has the same keys", () => {
  expect(sluiceKey(wireClient)).toEqual(sluiceKey(client));
  expect(sluiceKey(wireClient.scores)).toEqual(sluiceKey(client.scores));
  expect(sluiceKey(wireClient.scores.find, { text: "a" })).toEqual(sluiceKey(client.scores.find, { text: "a" }));
});

test("a mutation's key is found by its subtree's", () => {
  expect(sluiceMutation(client.scores.report).mutationKey).toEqual(["sluice", "main", ["scores", "report"]]);
  expect(sluiceKey(client.scores)).toEqual(["sluice", "main", ["scores"]]);
});

test("an input that can't be encoded has a key of its own", () => {
  const wrong = { text: 1n } as unknown as { text: string };
  const key = sluiceKey(client.scores.find, wrong);
  expect(key[3]).toEqual({ invalid: expect.stringContaining("The input of scores/find: ") });
  expect(sluiceQuery(client.scores.find, wrong).queryKey).toEqual(key);
});

test.each<[what: string, make: () => unknown, text: string]>([
  ["a query", () => sluiceQuery(client.scores.live.watch as never), "a client's query, not subscription."],
  ["a query", () => sluiceQuery(client.scores.report as never), "a client's query, not mutation."],
  ["a query", () => sluiceQuery({} as never), "a client's query, not undefined."],
  ["a query", () => sluiceQuery(client.scores as never, {} as never), "a client's query, not undefined."],
  ["a mutation", () => sluiceMutation(client.find as never), "a client's mutation, not query."],
  ["a mutation", () => sluiceMutation(null as never), "a client's mutation, not undefined."],
  ["a subscription", () => sluiceSubscription(client.find as never), "subscription, not query."],
  ["a subscription", () => sluiceSubscription(wireClient as never), "subscription, not undefined."],
])("%s is refused at once in a readable sentence if it is something else: %s", (_what, make, text) => {
  const refused = expect(make);
  refused.toThrow(TypeError);
  refused.toThrow(text);
});

test("a client made from types, which knows no kinds, has options for all of them", () => {
  expect(sluiceQuery(wireClient.find).queryKey).toEqual(sluiceQuery(client.find).queryKey);
  expect(sluiceMutation(wireClient.scores.report).mutationKey).toEqual(
    sluiceMutation(client.scores.report).mutationKey,
  );
  expect(sluiceSubscription(wireClient.scores.live.watch).queryKey).toHaveLength(5);
});

test("names what it needs when it gets something else", () => {
  for (const node of [contract.scores, {}, undefined]) {
    expect(() => sluiceKey(node as unknown as typeof client)).toThrow(
      new TypeError("sluiceKey needs a client or a part of one, such as client.scores."),
    );
  }
});
