import { expect, test } from "vitest";
import * as z from "zod";
import { defineContract, mutation, query, subscription } from "./contract.js";
import { isProcedure, proceduresOf } from "./contract-tree.js";

const tree = () => ({
  scores: {
    watch: subscription({ input: z.object({ matchId: z.string() }), events: { goal: z.string() } }),
    report: mutation({ input: z.string(), output: z.string() }),
  },
  feed: { byUser: { "all-posts": query({ output: z.array(z.string()) }) } },
  ping: query(),
});

test("gives each procedure its path", () => {
  const contract = defineContract(tree());
  expect([...proceduresOf(contract)].map(({ kind, path }) => [kind, path])).toEqual([
    ["subscription", "scores/watch"],
    ["mutation", "scores/report"],
    ["query", "feed/byUser/all-posts"],
    ["query", "ping"],
  ]);
  expect(contract.feed.byUser["all-posts"].path).toBe("feed/byUser/all-posts");
});

test("sets paths on copies and doesn't change the tree that was passed", () => {
  const before = tree();
  const { watch } = before.scores;
  const fields = { ...watch };
  const contract = defineContract(before);
  expect(before.scores.watch).toBe(watch);
  expect(watch).toEqual(fields);
  expect(contract.scores.watch).not.toBe(watch);
  expect(contract.scores.watch).toEqual({ ...watch, path: "scores/watch" });
  expect(contract.scores.watch.input).toBe(watch.input);
  expect(Object.isFrozen(before.scores) || Object.isFrozen(watch)).toBe(false);
});

test("one tree can make two contracts", () => {
  const shared = tree();
  expect(defineContract({ v1: shared }).v1.ping.path).toBe("v1/ping");
  expect(defineContract({ v2: shared }).v2.ping.path).toBe("v2/ping");
});

test("a contract can't be changed afterwards", () => {
  const contract = defineContract(tree());
  expect(Object.isFrozen(contract)).toBe(true);
  expect(Object.isFrozen(contract.scores)).toBe(true);
  expect(Object.isFrozen(contract.scores.watch)).toBe(true);
});

test("an option that is omitted has its documented default", () => {
  expect(subscription({ events: { tick: z.string() } })).toEqual({
    kind: "subscription",
    path: "",
    input: undefined,
    events: { tick: expect.anything() },
    state: undefined,
    idempotent: false,
    errors: {},
    method: "GET",
    key: undefined,
    start: "head",
    onGap: "fail",
  });
  expect(query()).toEqual({ kind: "query", path: "", input: undefined, output: undefined, errors: {} });
  expect(mutation()).toEqual({ kind: "mutation", path: "", input: undefined, output: undefined, errors: {} });
});

test("a state is idempotent if its definition says so", () => {
  const state = { schema: z.string(), initial: "", apply: {}, idempotent: true } as const;
  expect(subscription({ events: { tick: z.string() }, state }).idempotent).toBe(true);
});

test("distinguishes a procedure from a subtree, even one with members named kind and path", () => {
  expect(isProcedure(query())).toBe(true);
  expect(isProcedure({ kind: query(), path: query() })).toBe(false);
  expect([...proceduresOf(defineContract({ kind: query(), path: { kind: query() } }))].map(({ path }) => path)).toEqual(
    ["kind", "path/kind"],
  );
});

test("an empty contract has no procedures", () => {
  expect([...proceduresOf(defineContract({ later: {} }))]).toEqual([]);
});
