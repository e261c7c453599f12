import { expect, it } from "vitest";
import { hoversIn } from "./hovers.js";
import { inOrder } from "./in-order.js";

const before = `import { createClient } from "@sluice/client";
import { sluiceQuery } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { createPublisher, implement, memoryLog } from "@sluice/server";
import { useQuery } from "@tanstack/react-query";
import * as z from "zod";

const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), limit: z.int().default(10) }),
      events: { goal: z.object({ minute: z.int() }), fullTime: z.object({ home: z.int() }) },
      state: { schema: z.object({ home: z.int() }), initial: { home: 0 }, apply: {} },
      errors: { missing: { data: z.object({ matchId: z.string() }) } },
    }),
    report: mutation({ input: z.object({ minute: z.int() }), output: z.object({ cursor: z.string() }) }),
    list: query({ output: z.array(z.string()) }),
  },
  feed: subscription({ events: { post: z.string() } }),
  talk: { say: mutation({ input: z.string() }), heard: query({ output: z.string() }) },
});
const client = createClient(contract, { url: "/" });
const { topic } = createPublisher(contract, { log: memoryLog() });
const s = implement(contract).$context<{ user: string | null }>();
const use = useSubscription; // not a hook's name, so that it may stand anywhere
const input = { matchId: "m1" };
`;

// An empty comment stands before the name that an editor points at.
const places: readonly [place: string, line: string][] = [
  ["a node of the client's tree", "client./**/feed;"],
  ["a query of the client's tree", "client.scores./**/list;"],
  ["a tree of the client's tree", "client./**/talk;"],
  ["an event of iterate", "for await (const /**/event of client.scores.watch.iterate(input)) event;"],
  ["the state of onState", "client.scores.watch.subscribe(input, { onState(/**/state) {} });"],
  ["the error of onError", "client.scores.watch.subscribe(input, { onError(/**/error) {} });"],
  ["an event of on", "client.scores.watch.subscribe(input, { on: { goal(data, /**/event) {} } });"],
  ["an answer", "const /**/answer = await client.scores.report({ minute: 1 });"],
  ["a hook's data", "const { /**/data } = use(client.scores.watch, input);"],
  ["a hook's status", "const { /**/status } = use(client.scores.watch, input);"],
  ["a hook's error", "const { /**/error } = use(client.scores.watch, input);"],
  ["a hook's connection", "const { /**/connection } = use(client.scores.watch, input);"],
  ["a hook's data, of a subscription without state", "use(client.feed)./**/data;"],
  ["a hook's data, of a list", "use(client.feed, undefined, { list: 3 })./**/data;"],
  ["a query's data", "useQuery(sluiceQuery(client.scores.list))./**/data;"],
  ["what is published", `topic(contract.feed)./**/publish({ type: "post", data: "" });`],
  ["a handler's input", `s.scores.report.handler(({ /**/input }) => ({ cursor: "" }));`],
  ["a handler's context", `s.scores.report.handler(({ /**/context }) => ({ cursor: "" }));`],
];

const hovers = hoversIn(`${before}${places.map(([, line]) => `{ ${line} }`).join("\n")}`);

it("what an editor shows reads as it did when somebody last looked at it", async () => {
  expect(hovers).toHaveLength(places.length);
  const texts = places.map(([place, line], at) => `# ${place}\n${line}\n\n${inOrder(hovers[at] as string)}\n`);
  await expect(texts.join("\n")).toMatchFileSnapshot("./hovers.txt");
});

it("what an editor shows is data, and not the schemas that it comes from", () => {
  const shown = places.flatMap(([place], at) => (/zod/i.test(hovers[at] as string) ? [place] : []));
  // These are named by what the contract says.
  expect(shown).toEqual([
    "a node of the client's tree",
    "a query of the client's tree",
    "a tree of the client's tree",
    "what is published",
  ]);
});
