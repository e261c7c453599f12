import {
  type AnyQuery,
  type AnySubscription,
  defineContract,
  type InputOf,
  mutation,
  query,
  type SluiceError,
  subscription,
} from "@sluice/contract";
import { QueryClient, skipToken, useMutation, useQueries, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import type { CallProcedure, Client, SubscriptionProcedure } from "../procedure/procedure.js";
import { type SluiceKey, sluiceKey, sluiceMutation, sluiceQuery, sluiceSubscription } from "../query/index.js";
import { type Connection, useSubscription } from "./index.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), since: isoDate.optional() }),
      events: { goal: z.object({ team: z.string(), minute: z.int() }), fullTime: z.object({ at: isoDate }) },
      state: { schema: z.object({ home: z.int(), away: z.int() }), initial: { home: 0, away: 0 }, apply: {} },
      errors: { matchNotFound: { status: 404, data: z.object({ matchId: z.string() }) } },
    }),
    report: mutation({
      input: z.object({ matchId: z.string() }),
      output: z.object({ at: isoDate }),
      errors: { tooLate: { data: z.object({ by: z.int() }) } },
    }),
    clear: mutation(),
  },
  prices: {
    ticks: subscription({ input: z.object({ symbol: z.string() }), events: { tick: z.object({ price: z.number() }) } }),
  },
  feed: { posts: subscription({ events: { post: z.string(), like: z.object({ at: isoDate }) } }) },
  matches: {
    list: query({ input: z.object({ season: z.int() }), output: z.array(z.string()), errors: { closed: {} } }),
    now: query({ output: z.object({ at: isoDate }) }),
    ping: query(),
  },
  rooms: {
    talk: subscription({ input: z.object({ room: z.string() }).optional(), events: { said: z.string() } }),
    open: subscription({
      input: z.object({ room: z.string() }).default({ room: "hall" }),
      events: { said: z.string() },
    }),
    find: query({ input: z.string().optional(), output: z.string() }),
    close: mutation({ input: z.object({ room: z.string() }).default({ room: "hall" }) }),
  },
});
declare const client: Client<typeof contract>;
declare const maybe: string | undefined;
const queryClient = new QueryClient();

type Score = { home: number; away: number };
type Tick = { type: "tick"; data: { price: number }; id: string };
type Post = { type: "post"; data: string; id: string } | { type: "like"; data: { at: Date }; id: string };

test("data is the state if there is one, otherwise the latest event", () => {
  const match = useSubscription(client.scores.watch, { matchId: "m1" });
  expectTypeOf(match.data).toEqualTypeOf<Score | undefined>();
  expectTypeOf(match.connection).toEqualTypeOf<Connection>();
  const post = useSubscription(client.feed.posts);
  expectTypeOf(post.data).toEqualTypeOf<Post | undefined>();
  expectTypeOf(useSubscription(client.prices.ticks, { symbol: "a" }).data).toEqualTypeOf<Tick | undefined>();
});

test("status tells data and error apart", () => {
  const match = useSubscription(client.scores.watch, { matchId: "m1" });
  expectTypeOf(match.status).toEqualTypeOf<"pending" | "success" | "ended" | "error">();
  if (match.status === "pending") {
    expectTypeOf(match.data).toEqualTypeOf<undefined>();
    expectTypeOf(match.error).toEqualTypeOf<null>();
  } else if (match.status === "error") {
    expectTypeOf(match.data).toEqualTypeOf<Score | undefined>();
    expectTypeOf(match.error.code).extract<"matchNotFound" | "gap">().toEqualTypeOf<"matchNotFound" | "gap">();
    if (match.error.code === "matchNotFound") expectTypeOf(match.error.data).toEqualTypeOf<{ matchId: string }>();
    // @ts-expect-error a code that neither the contract nor Sluice has
    if (match.error.code === "matchLost") return;
  } else {
    expectTypeOf(match.data).toEqualTypeOf<Score>();
    expectTypeOf(match.error).toEqualTypeOf<null>();
  }
});

test("only a view of the latest event may have no data after the end", () => {
  const latest = useSubscription(client.feed.posts);
  if (latest.status === "ended") expectTypeOf(latest.data).toEqualTypeOf<Post | undefined>();
  if (latest.status === "success") expectTypeOf(latest.data).toEqualTypeOf<Post>();
  const list = useSubscription(client.feed.posts, undefined, { list: 3 });
  if (list.status === "ended") expectTypeOf(list.data).toEqualTypeOf<readonly Post[]>();
});

test("a list is readonly, a fold is of its initial value's type", () => {
  const list = useSubscription(client.prices.ticks, { symbol: "a" }, { list: 50 });
  expectTypeOf(list.data).toEqualTypeOf<readonly Tick[] | undefined>();
  const either = useSubscription(client.feed.posts, undefined, { list: maybe ? 50 : undefined });
  if (either.status === "success") expectTypeOf(either.data).toEqualTypeOf<Post | readonly Post[]>();
  if (either.status === "ended") expectTypeOf(either.data).toEqualTypeOf<Post | readonly Post[] | undefined>();
  const size: number = 50;
  expectTypeOf(useSubscription(client.scores.watch, { matchId: "m1" }, { list: size }).data).not.toEqualTypeOf<
    Score | undefined
  >();
  const high = useSubscription(client.prices.ticks, maybe ? { symbol: maybe } : skipToken, {
    fold: { key: "high", initial: 0, step: (value, event) => Math.max(value, event.data.price) },
  });
  expectTypeOf(high.data).toEqualTypeOf<number | undefined>();
  const counts = useSubscription(client.feed.posts, undefined, {
    on: { post: (data) => expectTypeOf(data).toEqualTypeOf<string>() },
    fold: {
      key: "counts",
      initial: { post: 0, like: 0 },
      step(value, event) {
        expectTypeOf(event).toEqualTypeOf<Post>();
        return { ...value, [event.type]: value[event.type] + 1 };
      },
    },
  });
  expectTypeOf(counts.data).toEqualTypeOf<{ post: number; like: number } | undefined>();
});

test("handlers get the data of their event", () => {
  useSubscription(
    client.scores.watch,
    { matchId: "m1" },
    {
      on: {
        goal(goal, event) {
          expectTypeOf(goal).toEqualTypeOf<{ team: string; minute: number }>();
          expectTypeOf(event.type).toEqualTypeOf<"goal">();
        },
        fullTime: ({ at }) => expectTypeOf(at).toEqualTypeOf<Date>(),
      },
      onReset: ({ reason }) => {
        expectTypeOf(reason).toEqualTypeOf<"trimmed" | "epoch" | "diverged" | "limit" | "resync">();
      },
    },
  );
});

test("the input of a procedure without input may be omitted, and options follow undefined", () => {
  useSubscription(client.feed.posts);
  useSubscription(client.feed.posts, undefined, { list: 50 });
  useSubscription(client.feed.posts, maybe ? undefined : skipToken);
  sluiceSubscription(client.feed.posts);
  sluiceSubscription(client.feed.posts, undefined, { list: 50 });
  sluiceQuery(client.matches.now);
});

test("an input that is optional, or has a default, as a whole may be left out as well", () => {
  const talk = useSubscription(client.rooms.talk);
  expectTypeOf(talk.data).toEqualTypeOf<{ type: "said"; data: string; id: string } | undefined>();
  useSubscription(client.rooms.talk, undefined, { list: 5 });
  useSubscription(client.rooms.talk, maybe ? { room: maybe } : skipToken);
  useSubscription(client.rooms.open);
  sluiceSubscription(client.rooms.open);
  useQuery(sluiceQuery(client.rooms.find));
  useMutation(sluiceMutation(client.rooms.close)).mutate();
  useMutation(sluiceMutation(client.rooms.close)).mutate({ room: "a" });
  // @ts-expect-error of another type
  useSubscription(client.rooms.talk, { room: 1 });
  // @ts-expect-error a field is missing
  useSubscription(client.rooms.talk, {});
});

const useLatest = <P extends AnySubscription>(procedure: SubscriptionProcedure<P>, input: InputOf<P>) =>
  useSubscription(procedure, input, { list: 1 }).status;
const useAnswer = <P extends AnyQuery>(procedure: CallProcedure<P>, input: InputOf<P>) =>
  useQuery(sluiceQuery(procedure, input)).isPending;

test("a hook may be generic in the procedure", () => {
  expectTypeOf(useLatest(client.scores.watch, { matchId: "m1" })).toEqualTypeOf<
    "pending" | "success" | "ended" | "error"
  >();
  expectTypeOf(useAnswer(client.matches.list, { season: 1 })).toEqualTypeOf<boolean>();
});

test("refuses what does not fit", () => {
  // @ts-expect-error the input is missing
  useSubscription(client.scores.watch);
  // @ts-expect-error the input is of another shape
  useSubscription(client.scores.watch, { match: "m1" });
  // @ts-expect-error unknown input fields
  useSubscription(client.scores.watch, { matchId: "m1", team: "home" });
  // @ts-expect-error there is no input
  useSubscription(client.feed.posts, { matchId: "m1" });
  // @ts-expect-error no such event
  useSubscription(client.feed.posts, undefined, { on: { goal: () => {} } });
  const fold = { key: "n", initial: 0, step: (n: number) => n + 1 };
  // @ts-expect-error list or fold, not both
  useSubscription(client.feed.posts, undefined, { list: 5, fold });
  // @ts-expect-error the step gives another type
  useSubscription(client.feed.posts, undefined, { fold: { key: "n", initial: 0, step: () => "one" } });
  // @ts-expect-error a query is no subscription
  useSubscription(client.matches.list, { season: 1 });
  // @ts-expect-error a subscription is no query
  sluiceQuery(client.scores.watch, { matchId: "m1" });
  // @ts-expect-error the input is missing
  sluiceQuery(client.matches.list);
  // @ts-expect-error the input is of another shape
  sluiceQuery(client.matches.list, { season: "1" });
  // @ts-expect-error a query is no mutation
  sluiceMutation(client.matches.list);
});

test("options go into TanStack's hooks and calls, with data and error typed", () => {
  const options = sluiceSubscription(client.scores.watch, { matchId: "m1" });
  const plain = useQuery(options);
  expectTypeOf(plain.data).toEqualTypeOf<Score | undefined>();
  if (plain.error?.code === "matchNotFound") expectTypeOf(plain.error.data).toEqualTypeOf<{ matchId: string }>();
  expectTypeOf(useSuspenseQuery(options).data).toEqualTypeOf<Score>();
  const direct = useSuspenseQuery(sluiceSubscription(client.scores.watch, { matchId: "m1" }));
  expectTypeOf(direct.data).toEqualTypeOf<Score>();
  const selected = useQuery({
    ...sluiceSubscription(client.scores.watch, { matchId: "m1" }),
    select: ({ home }) => home,
  });
  expectTypeOf(selected.data).toEqualTypeOf<number | undefined>();
  const directFold = useSuspenseQuery(
    sluiceSubscription(client.feed.posts, undefined, { fold: { key: "n", initial: 0, step: (n) => n + 1 } }),
  );
  expectTypeOf(directFold.data).toEqualTypeOf<number>();
  const directList = useSuspenseQuery(sluiceSubscription(client.feed.posts, undefined, { list: 3 }));
  expectTypeOf(directList.data).toEqualTypeOf<readonly Post[]>();
  expectTypeOf(queryClient.getQueryData(options.queryKey)).toEqualTypeOf<Score | undefined>();
  expectTypeOf(queryClient.fetchQuery(options)).resolves.toEqualTypeOf<Score>();
  expectTypeOf(useQuery({ ...options, select: ({ home }) => home }).data).toEqualTypeOf<number | undefined>();
  void queryClient.prefetchQuery(options);
  void queryClient.ensureQueryData(options);
  const list = sluiceSubscription(client.prices.ticks, { symbol: "a" }, { list: 5 });
  expectTypeOf(useSuspenseQuery(list).data).toEqualTypeOf<readonly Tick[]>();
  const fold = sluiceSubscription(
    client.prices.ticks,
    { symbol: "a" },
    {
      fold: { key: "last", initial: "", step: (_, { id }) => id },
    },
  );
  expectTypeOf(queryClient.getQueryData(fold.queryKey)).toEqualTypeOf<string | undefined>();
});

test("options go into useQueries, with data and error typed", () => {
  const [list, match] = useQueries({
    queries: [
      sluiceQuery(client.matches.list, { season: 1 }),
      sluiceSubscription(client.scores.watch, { matchId: "m1" }),
    ],
  });
  expectTypeOf(list.data).toEqualTypeOf<string[] | undefined>();
  expectTypeOf(match.data).toEqualTypeOf<Score | undefined>();
  if (match.error?.code === "matchNotFound") expectTypeOf(match.error.data).toEqualTypeOf<{ matchId: string }>();
});

test("skippable options are refused for suspense", () => {
  const options = sluiceSubscription(client.scores.watch, maybe ? { matchId: maybe } : skipToken);
  expectTypeOf(useQuery(options).data).toEqualTypeOf<Score | undefined>();
  // @ts-expect-error suspense would wait for ever
  useSuspenseQuery(options);
  const list = sluiceQuery(client.matches.list, maybe ? { season: 1 } : skipToken);
  expectTypeOf(useQuery(list).data).toEqualTypeOf<string[] | undefined>();
  // @ts-expect-error suspense would wait for ever
  useSuspenseQuery(list);
});

test("a key is of a client's node, and takes the procedure's input", () => {
  expectTypeOf(sluiceKey(client)).toEqualTypeOf<SluiceKey>();
  expectTypeOf(sluiceKey(client.scores)).toEqualTypeOf<SluiceKey>();
  expectTypeOf(sluiceKey(client.scores.watch)).toEqualTypeOf<SluiceKey>();
  expectTypeOf(sluiceKey(client.scores.report)).toEqualTypeOf<SluiceKey>();
  sluiceKey(client.scores.watch, { matchId: "m1" });
  const { queryKey } = sluiceQuery(client.matches.list, { season: 1 });
  expectTypeOf(sluiceKey(client.matches.list, { season: 1 })).toEqualTypeOf(queryKey);
  expectTypeOf(queryClient.getQueryData(sluiceKey(client.matches.list, { season: 1 }))).toEqualTypeOf<
    string[] | undefined
  >();
  sluiceKey(client.rooms.find, maybe);
  // @ts-expect-error the input is of another shape
  sluiceKey(client.matches.list, { season: "1" });
  // @ts-expect-error a subtree takes no input
  sluiceKey(client.scores, { matchId: "m1" });
  // @ts-expect-error a contract is no client
  sluiceKey(contract.scores);
});

test("queries and mutations are typed from the contract", () => {
  const list = useQuery(sluiceQuery(client.matches.list, { season: 2025 }));
  expectTypeOf(list.data).toEqualTypeOf<string[] | undefined>();
  if (list.error?.code === "closed") expectTypeOf(list.error).toEqualTypeOf<SluiceError<"closed", undefined>>();
  expectTypeOf(useSuspenseQuery(sluiceQuery(client.matches.now)).data).toEqualTypeOf<{ at: Date }>();
  expectTypeOf(useSuspenseQuery(sluiceQuery(client.matches.ping)).data).toEqualTypeOf<null>();

  const report = useMutation(sluiceMutation(client.scores.report));
  expectTypeOf(report.mutate).parameter(0).toEqualTypeOf<{ matchId: string }>();
  expectTypeOf(report.data).toEqualTypeOf<{ at: Date } | undefined>();
  if (report.error?.code === "tooLate") expectTypeOf(report.error.data).toEqualTypeOf<{ by: number }>();
  useMutation({ ...sluiceMutation(client.scores.report), onSuccess: ({ at }) => at.getTime() });
  useMutation(sluiceMutation(client.scores.clear)).mutate();
  const overwritten = [
    useMutation({ ...sluiceMutation(client.scores.report), retry: 3 }),
    useMutation({ ...sluiceMutation(client.scores.report), retry: (count, { retryable }) => retryable && count < 3 }),
    useMutation({ ...sluiceMutation(client.scores.report), retry: 3, retryDelay: 1_000 }),
    useMutation({ ...sluiceMutation(client.scores.report), retryDelay: 1_000, throwOnError: true, onError() {} }),
    useMutation({ ...sluiceMutation(client.scores.report), onError: (error) => error.retryable }),
  ] as const;
  expectTypeOf<(typeof overwritten)[number]["error"]>().toEqualTypeOf(report.error);
  // @ts-expect-error the input is missing
  report.mutate();
});
