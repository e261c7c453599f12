import { expect, it } from "vitest";
import { inOrder } from "./in-order.js";
import { measure } from "./measure.js";

const before = `import { createClient } from "@sluice/client";
import { useSubscription } from "@sluice/client/react";
import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { createPublisher, createSluice, implement, memoryLog } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import * as z from "zod";

const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), limit: z.int().default(10) }),
      events: { goal: z.object({ minute: z.int() }), fullTime: z.object({ home: z.int() }) },
      state: { schema: z.object({ home: z.int() }), initial: { home: 0 }, apply: {} },
    }),
    report: mutation({ input: z.object({ minute: z.int() }), output: z.object({ cursor: z.string() }) }),
    list: query({ output: z.array(z.string()) }),
  },
  feed: subscription({ events: { post: z.string() } }),
});
const { scores, feed } = createClient(contract, { url: "/" });
const { topic } = createPublisher(contract, { log: memoryLog() });
const s = implement(contract);
const { report, watch } = s.scores;
const other = implement(
  defineContract({
    undo: mutation({ input: z.object({ minute: z.int() }), errors: { tooLate: {} } }),
    redo: mutation({ input: z.object({ minute: z.string() }), errors: { tooLate: {} } }),
  }),
);
const { undo, redo } = other;
const minute = other.$middleware(undo, ({ next }) => next());
const inside = other.$use(({ next }) => next({ context: { user: "a" } }));
const named = inside.$middleware(inside.undo, ({ next }) => next());
const visits = implement(contract).$context<{ user: string; tags: string[] } | { user: null }>();
const member = visits.$middleware(({ context, next }) => next({ context: { user: context.user ?? "" } }));
const visit = visits.$middleware(({ next }) => next());
const visited = createSluice(visits.$router({} as never));
const wrong = { events: { at: z.date() } };
const large = {
  input: z.object({ matchId: z.string(), team: z.enum(["home", "away"]), limit: z.int().default(10) }),
  events: { goal: z.object({ by: z.object({ name: z.string(), born: z.date() }) }), fullTime: z.object({ home: z.int() }) },
  errors: { missing: { data: z.object({ matchId: z.string(), by: z.enum(["user", "system"]) }) } },
};
const reserved = { events: { open: z.string() } };
const use = useSubscription; // not a hook's name, so that it may stand anywhere
const router = {
  watch: s.scores.watch.live(),
  report: s.scores.report.handler(() => ({ cursor: "" })),
  list: s.scores.list.handler(() => []),
};
export const unused = [report, undo, redo, watch, minute, named, feed, topic, s, wrong, reserved, use, member, visit, visited];
`;

const input = "{ matchId: string; limit?: number | undefined; }";
const notOfContract =
  'Says<"topic() takes a subscription of the contract, such as contract.scores.watch, not of a client">';

// One program, since reading the packages takes longer than checking a line: each mistake stands alone in its line.
const mistakes: readonly [mistake: string, line: string, says: readonly (string | RegExp)[]][] = [
  ["the input is missing in a call", "void scores.report();", ["Expected 1-2 arguments, but got 0."]],
  ["the input is missing in a loop", "scores.watch.iterate();", ["Expected 1-2 arguments, but got 0."]],
  [
    "a subscription that is called",
    `scores.watch({ matchId: "m1" });`,
    [
      /^The 'this' context of type '.*' is not assignable .* write \.iterate\(input\) or \.subscribe\(input, handlers\)"'\.$/,
    ],
  ],
  ["a subscription without input that is called", "feed();", ["write .iterate(input)"]],
  [
    "the input is missing in a hook",
    "use(scores.watch);",
    [`is not assignable to parameter of type '"input is missing: write useSubscription(procedure, input)"'.`],
  ],
  [
    "options in the place of an input that there is none of, in a hook",
    "use(feed, { list: 20 });",
    [`"there is no input: write useSubscription(procedure, undefined, options)"'.`],
  ],
  ["the input is missing in subscribe", "scores.watch.subscribe({});", ["Expected 2 arguments, but got 1."]],
  [
    "a field of another name",
    `scores.watch.iterate({ match: "m1" });`,
    [`'match' does not exist in type '${input}'. Did you mean to write 'matchId'?`],
  ],
  [
    "a field of another type",
    "scores.watch.iterate({ matchId: 1 });",
    ["Type 'number' is not assignable to type 'string'."],
  ],
  [
    "an unknown field",
    `use(scores.watch, { matchId: "m1", team: "home" });`,
    [`'team' does not exist in type '${input}'.`],
  ],
  [
    "an unknown procedure",
    "scores.wach;",
    [/^Property 'wach' does not exist on type 'ClientTree<.*>'\. Did you mean 'watch'\?$/],
  ],
  [
    "an unknown event",
    `scores.watch.subscribe({ matchId: "m1" }, { on: { corner() {} } });`,
    ["'corner' does not exist in type '{ readonly goal?: (data: { minute: number; }, "],
  ],
  [
    "an unknown event in a hook",
    `use(scores.watch, { matchId: "m1" }, { on: { corner() {} } });`,
    ["'corner' does not exist in type '{ readonly goal?: (data: { minute: number; }, "],
  ],
  [
    "an unknown event that is published",
    `void topic(contract.feed).publish({ type: "goal", data: "a" });`,
    [`Type '"goal"' is not assignable to type '"post"'.`],
  ],
  [
    "a procedure of the client in place of the contract's",
    `void topic(scores.watch, { matchId: "m1" });`,
    [notOfContract],
  ],
  ["a procedure of the client, without input", "void topic(feed);", [notOfContract]],
  [
    "a topic without its input",
    "void topic(contract.scores.watch);",
    [`parameter of type '"input is missing: write topic(procedure, input)"'.`],
  ],
  [
    "an unknown output field",
    "void scores.report({ minute: 1 }).then((answer) => answer.id);",
    ["Property 'id' does not exist on type '{ cursor: string; }'."],
  ],
  [
    "a Date on the wire",
    "defineContract({ clock: subscription(wrong) });",
    [`event \\"at\\": JSON cannot carry this type: wrap it in a codec, such as z.codec(`],
  ],
  [
    "a Date on the wire, deep in a large procedure",
    "defineContract({ scores: { all: subscription(large) } });",
    [`event \\"goal\\": JSON cannot carry this type: wrap it in a codec, such as z.codec(`],
  ],
  [
    "a reserved event",
    "defineContract({ doors: subscription(reserved) });",
    [`\\"open\\" cannot be an event type: EventSource uses this name itself`],
  ],
  [
    "a missing implementation",
    "s.$router({ scores: { watch: s.scores.watch.live(), list: s.scores.list.handler(() => []) }, feed: s.feed.live() });",
    [`to parameter of type '"scores.report is not implemented"'.`],
  ],
  [
    "an implementation that the contract doesn't have",
    "s.$router({ scores: { ...router, wach: router.watch }, feed: s.feed.live() });",
    [`to parameter of type '"scores.wach is not in the contract"'.`],
  ],
  [
    "an implementation in the place of another",
    "s.$router({ scores: { ...router, list: router.report }, feed: s.feed.live() });",
    [/^Type 'Implementation<Mutation<.*>' is not assignable to type 'Implementation<Query</],
  ],
  [
    "a middleware whose input the procedure lacks",
    "watch.use(minute);",
    [/^[^\n]*"The input lacks minute, which the middleware reads"/],
  ],
  [
    "a middleware whose input has another type in the procedure",
    "redo.use(minute);",
    [/^[^\n]*"The input lacks minute of the same type, which the middleware reads"/],
  ],
  [
    "a middleware whose errors the procedure lacks",
    "report.use(minute);",
    [/^[^\n]*"The procedure's errors lack tooLate, which the middleware throws"/],
  ],
  [
    "a middleware whose context is missing",
    "undo.use(named);",
    [/^[^\n]*"The context lacks user, which the middleware reads: first use the one that adds it"/],
  ],
  [
    "a middleware whose context was a union that another one narrowed",
    "visits.feed.use(member).use(visit);",
    [
      /^[^\n]*"The middleware takes a union, of which an earlier one has passed on a part: write next\(\{ context \}\) there, /,
    ],
  ],
  [
    "an adapter without the context",
    "sluiceFetch(visited);",
    [`"context is missing: write sluiceFetch(sluice, { context: (request) => … })"'`],
  ],
  [
    "a middleware of one procedure for all",
    "s.$use(minute);",
    [/^[^\n]*"The input lacks minute, which the middleware reads"/],
  ],
  [
    "another output than the contract's",
    "s.scores.report.handler(() => ({}));",
    ["Type '{}' is not assignable to type '{ cursor: string; } | Promise<{ cursor: string; }>'."],
  ],
];

const { errors } = measure(`${before}${mistakes.map(([, line]) => line).join("\n")}\n`);

/** What an editor shows first; all that follows is detail. */
const firstLines = errors.map((error) => error.split("\n")[0] as string);

it.each(mistakes.map(([mistake, line, says], at) => ({ mistake, line, says, at })))(
  "the first line of the compiler's error says in readable words: $mistake",
  ({ says, at }) => {
    expect(errors).toHaveLength(mistakes.length);
    for (const words of says) {
      if (typeof words === "string") expect(firstLines[at]).toContain(words);
      else expect(firstLines[at]).toMatch(words);
    }
    expect(firstLines[at]?.length).toBeLessThan(600);
  },
);

it("the errors read as they did when somebody last looked at them", async () => {
  const texts = mistakes.map(
    ([mistake, line], at) => `# ${mistake}\n${line}\n  ${inOrder(firstLines[at] as string)}\n`,
  );
  await expect(texts.join("\n")).toMatchFileSnapshot("./messages.txt");
});
