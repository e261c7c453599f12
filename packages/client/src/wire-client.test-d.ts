import { defineContract, mutation, query, type SluiceError, subscription } from "@sluice/contract";
import { useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import { sluiceKey, sluiceMutation, sluiceQuery, sluiceSubscription } from "./query/index.js";
import { useSubscription } from "./react/index.js";
import { createClient } from "./types-only.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), limit: z.int().default(10), since: isoDate.optional() }),
      events: { goal: z.object({ team: z.enum(["home", "away"]) }), fullTime: z.object({ at: isoDate }) },
      state: {
        schema: z.object({ home: z.int(), endedAt: isoDate.nullable() }),
        initial: { home: 0, endedAt: null },
        apply: {},
      },
      errors: { matchNotFound: { status: 404, data: z.object({ at: isoDate }) }, closed: {} },
    }),
    report: mutation({ input: z.object({ at: isoDate }), output: z.object({ at: isoDate }) }),
    clear: mutation(),
    list: query({ output: z.array(isoDate), errors: { late: { data: z.object({ at: isoDate }) } } }),
  },
  feed: subscription({ events: { post: z.string() } }),
  phone: { call: mutation(), ring: mutation() },
});
const client = createClient<typeof contract>({ url: "/api" });

type Goal = { type: "goal"; data: { team: "home" | "away" }; id: string };
type WatchEvent = Goal | { type: "fullTime"; data: { at: string }; id: string };

test("the tree is the contract's", () => {
  expectTypeOf<keyof typeof client>().toEqualTypeOf<"scores" | "feed" | "phone" | "$close">();
  // @ts-expect-error no such procedure
  client.scores.unwatch;
  // @ts-expect-error a mutation is called, not subscribed to
  client.scores.report.subscribe;
});

test("events, inputs, outputs and errors have their wire types", async () => {
  for await (const event of client.scores.watch.iterate({ matchId: "m1", since: "2026-01-01T00:00:00Z" })) {
    expectTypeOf(event).toEqualTypeOf<WatchEvent>();
  }
  expectTypeOf(client.scores.report({ at: "" })).toEqualTypeOf<Promise<{ at: string }>>();
  expectTypeOf(client.scores.clear()).resolves.toEqualTypeOf<void>();
  expectTypeOf(client.scores.list()).resolves.toEqualTypeOf<string[]>();
  client.scores.watch.subscribe(
    { matchId: "m1", limit: 5 },
    {
      on: { fullTime: ({ at }) => expectTypeOf(at).toEqualTypeOf<string>() },
      onEvent: (event) => expectTypeOf(event).toEqualTypeOf<WatchEvent>(),
      onError(error) {
        if (error.code === "matchNotFound") expectTypeOf(error.data).toEqualTypeOf<{ at: string }>();
        if (error.code === "closed") expectTypeOf(error).toEqualTypeOf<SluiceError<"closed", undefined>>();
      },
    },
  );
});

test("refuses what doesn't fit", () => {
  // @ts-expect-error the wire has a text, not a Date
  client.scores.report({ at: new Date() });
  // @ts-expect-error a field is missing
  client.scores.watch.iterate({});
  // @ts-expect-error it takes nothing
  client.feed.iterate({ matchId: "m1" });
  // @ts-expect-error no such event
  client.feed.subscribe(undefined, { on: { goal: () => {} } });
  // @ts-expect-error a mutation is no stream
  client.scores.clear()[Symbol.asyncIterator];
  // @ts-expect-error a stream is no promise
  client.feed.iterate().then;
});

test("state has the wire type, and is never folded", () => {
  const { watch } = client.scores;
  watch.subscribe(
    { matchId: "m1" },
    { onSnapshot: (state) => expectTypeOf(state).toEqualTypeOf<{ home: number; endedAt: string | null }>() },
  );
  client.feed.subscribe(undefined, { onSnapshot: (state) => expectTypeOf(state).toBeNever() });
  // @ts-expect-error there is no state to be told
  watch.subscribe({ matchId: "m1" }, { onState: () => {} });
});

test("hooks show events, lists and folds", () => {
  const { data } = useSubscription(client.scores.watch, { matchId: "m1" });
  expectTypeOf(data).toEqualTypeOf<WatchEvent | undefined>();
  const list = useSubscription(client.scores.watch, { matchId: "m1" }, { list: 5 });
  expectTypeOf(list.data).toEqualTypeOf<readonly WatchEvent[] | undefined>();
  const fold = useSubscription(
    client.scores.watch,
    { matchId: "m1" },
    { fold: { key: "goals", initial: 0, step: (goals, { type }) => goals + (type === "goal" ? 1 : 0) } },
  );
  expectTypeOf(fold.data).toEqualTypeOf<number | undefined>();
  expectTypeOf(useSuspenseQuery(sluiceSubscription(client.feed)).data).toEqualTypeOf<{
    type: "post";
    data: string;
    id: string;
  }>();
  // @ts-expect-error the input is missing
  useSubscription(client.scores.watch);
  // @ts-expect-error no such event
  useSubscription(client.feed, undefined, { on: { goal: () => {} } });
});

test("queries and mutations go into TanStack's hooks", () => {
  const list = useQuery(sluiceQuery(client.scores.list));
  expectTypeOf(list.data).toEqualTypeOf<string[] | undefined>();
  if (list.error?.code === "late") expectTypeOf(list.error.data).toEqualTypeOf<{ at: string }>();
  const report = useMutation(sluiceMutation(client.scores.report));
  expectTypeOf(report.data).toEqualTypeOf<{ at: string } | undefined>();
  report.mutate({ at: "" });
  // @ts-expect-error the wire has a text, not a Date
  report.mutate({ at: new Date() });
  // @ts-expect-error a query is no mutation
  sluiceMutation(client.scores.list);
});

test("a name that every function has can't be reached, and the compiler says so", () => {
  client.phone.ring();
  // @ts-expect-error it would be taken for a function's own call
  client.phone.call();
  expectTypeOf(client.phone.call).toExtend<`"call" is a member of every procedure${string}`>();
});

test("a key is of any node", () => {
  sluiceKey(client);
  sluiceKey(client.scores);
  sluiceKey(client.scores.watch, { matchId: "m1" });
  // @ts-expect-error the input is of another shape
  sluiceKey(client.scores.watch, { match: "m1" });
});

test("a client needs its contract, or its type", () => {
  // @ts-expect-error neither
  createClient({ url: "/api" });
  // @ts-expect-error a contract without options
  createClient(contract);
  // @ts-expect-error a url is needed
  createClient<typeof contract>({});
  // @ts-expect-error no such option
  createClient<typeof contract>({ url: "/api", header: {} });
  // @ts-expect-error no contract
  createClient<{ feed: number }>({ url: "/api" });
  createClient<typeof contract>({ url: "/api", id: "scores" });
});
