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
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import {
  type CallProcedure,
  type Connection,
  createClient,
  type Reset,
  type StoreOf,
  type SubscriptionProcedure,
} from "./index.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), limit: z.int().default(10) }),
      events: { goal: z.object({ team: z.enum(["home", "away"]) }), fullTime: z.object({ at: isoDate }) },
      state: {
        schema: z.object({ home: z.int(), endedAt: isoDate.nullable() }),
        initial: { home: 0, endedAt: null },
        apply: {},
      },
      errors: { matchNotFound: { status: 404, data: z.object({ matchId: z.string() }) } },
    }),
    report: mutation({ input: z.object({ matchId: z.string() }), output: z.object({ at: isoDate }) }),
    clear: mutation(),
    list: query({ output: z.array(z.string()) }),
  },
  feed: subscription({ events: { post: z.string() } }),
});
const client = createClient(contract, { url: "/api" });

test("a client needs its contract, and options", () => {
  // @ts-expect-error no contract: that client is in types-only
  createClient<typeof contract>({ url: "/api" });
  // @ts-expect-error no options
  createClient(contract);
});

test("the tree is the contract's", () => {
  expectTypeOf<keyof typeof client>().toEqualTypeOf<"scores" | "feed" | "$close">();
  // @ts-expect-error no such procedure
  client.scores.unwatch;
  // @ts-expect-error a mutation is called, not subscribed to
  client.scores.report.subscribe;
});

test("events are a union that `type` tells apart", async () => {
  for await (const event of client.scores.watch.iterate({ matchId: "m1" })) {
    expectTypeOf(event.type).toEqualTypeOf<"goal" | "fullTime">();
    expectTypeOf(event.id).toEqualTypeOf<string>();
    if (event.type === "goal") expectTypeOf(event.data.team).toEqualTypeOf<"home" | "away">();
    else expectTypeOf(event.data.at).toEqualTypeOf<Date>();
  }
});

test("inputs are checked, and what has a default may be left out", () => {
  client.scores.watch.iterate({ matchId: "m1", limit: 5 });
  // @ts-expect-error a field is missing
  client.scores.watch.iterate({});
  // @ts-expect-error of another type
  client.scores.watch.iterate({ matchId: 1 });
  // @ts-expect-error no such field
  client.scores.watch.iterate({ matchId: "m1", match: "m1" });
  // @ts-expect-error an input is needed
  client.scores.watch.iterate();
  // @ts-expect-error of another type
  client.scores.watch.subscribe({ matchId: 1 }, {});
});

test("a procedure that takes nothing is called with nothing", () => {
  client.feed.iterate();
  client.feed.iterate(undefined, { cursor: "E.1.m" });
  client.scores.clear();
  client.scores.list(undefined, { signal: new AbortController().signal });
  client.feed.subscribe({ on: { post: (text) => expectTypeOf(text).toEqualTypeOf<string>() } });
  // @ts-expect-error it takes nothing
  client.feed.iterate({ matchId: "m1" });
  // @ts-expect-error no such event
  client.feed.subscribe({ on: { goal: () => {} } });
});

test("an input that is optional, or has a default, as a whole may be left out", () => {
  const input = z.object({ room: z.string() });
  const rooms = defineContract({
    talk: subscription({ input: input.optional(), events: { said: z.string() } }),
    open: subscription({ input: input.default({ room: "hall" }), events: { said: z.string() } }),
    find: query({ input: z.string().optional(), output: z.string() }),
  });
  const { talk, open, find } = createClient(rooms, { url: "/api" });
  talk.iterate();
  open.iterate({ room: "a" }, { cursor: "E.1.m" });
  open.iterate(undefined, { cursor: "E.1.m" });
  find();
  talk.subscribe({ on: { said: (text) => expectTypeOf(text).toEqualTypeOf<string>() } });
  open.subscribe({ room: "a" }, { onEvent: ({ data }) => expectTypeOf(data).toEqualTypeOf<string>() });
  // @ts-expect-error of another type
  talk.iterate({ room: 1 });
  // @ts-expect-error the input is missing
  client.scores.watch.subscribe({ onEvent: () => {} });
});

test("a function may be generic in the procedure", () => {
  const read = <P extends AnySubscription>(procedure: SubscriptionProcedure<P>, input: InputOf<P>) => {
    procedure.subscribe(input, { onEvent: () => {} });
    return procedure.iterate(input);
  };
  expectTypeOf(read(client.feed, undefined)).toEqualTypeOf<AsyncIterable<{ type: "post"; data: string; id: string }>>();
  const ask = <P extends AnyQuery>(procedure: CallProcedure<P>, input: InputOf<P>) => procedure(input);
  expectTypeOf(ask(client.scores.list, undefined)).resolves.toEqualTypeOf<string[]>();
});

test("outputs are the code's types", () => {
  expectTypeOf(client.scores.report({ matchId: "m1" })).resolves.toEqualTypeOf<{ at: Date }>();
  expectTypeOf(client.scores.clear()).resolves.toEqualTypeOf<void>();
  expectTypeOf(client.scores.list()).resolves.toEqualTypeOf<string[]>();
  // @ts-expect-error an input is needed
  client.scores.report();
});

test("handlers are typed by the contract", () => {
  const stop = client.scores.watch.subscribe(
    { matchId: "m1" },
    {
      on: {
        goal: (data, event) => {
          expectTypeOf(data).toEqualTypeOf<{ team: "home" | "away" }>();
          expectTypeOf(event.id).toEqualTypeOf<string>();
        },
        fullTime: ({ at }) => expectTypeOf(at).toEqualTypeOf<Date>(),
      },
      onState: (state) => expectTypeOf(state).toEqualTypeOf<{ home: number; endedAt: Date | null }>(),
      onConnection: (connection) => expectTypeOf(connection).toEqualTypeOf<Connection>(),
      onReset: (reset) => expectTypeOf(reset).toEqualTypeOf<Reset>(),
      onError: (error) => {
        if (error.code !== "matchNotFound") return;
        expectTypeOf(error).toEqualTypeOf<SluiceError<"matchNotFound", { matchId: string }>>();
      },
      onEnd: () => {},
    },
  );
  expectTypeOf(stop).toEqualTypeOf<() => void>();
  // @ts-expect-error no such event
  client.scores.watch.subscribe({ matchId: "m1" }, { on: { corner: () => {} } });
  // @ts-expect-error no such handler
  client.scores.watch.subscribe({ matchId: "m1" }, { onEvents: () => {} });
  // @ts-expect-error data of another type
  client.scores.watch.subscribe({ matchId: "m1" }, { on: { goal: (_: { minute: number }) => {} } });
});

test("there is no state where the contract declares none", () => {
  client.feed.subscribe(undefined, { onState: (state) => expectTypeOf(state).toBeNever() });
});

test("options are checked", () => {
  createClient(contract, { url: "/api", headers: async () => ({ authorization: "t" }), retry: { max: 5_000 } });
  const token = String(1) as string | undefined;
  createClient(contract, { url: "/api", headers: () => (token ? { authorization: token } : {}) });
  createClient(contract, { url: "/api", headers: () => ({ authorization: token && `Bearer ${token}` }) });
  createClient(contract, { url: "/api", clock: { now: Date.now, setTimeout, clearTimeout } });
  // @ts-expect-error a url is needed
  createClient(contract, {});
  // @ts-expect-error no such option
  createClient(contract, { url: "/api", header: {} });
  // @ts-expect-error no contract
  createClient({ feed: 1 }, { url: "/api" });
});

test("a store shows the state, or else the latest event, in the shape that frameworks take", () => {
  const { watch } = client.scores;
  const score = watch.store({ matchId: "m1" });
  expectTypeOf(score).toEqualTypeOf<StoreOf<InternalsOf<typeof watch>>>();
  const shown = score.get();
  expectTypeOf(shown.data).toEqualTypeOf<{ home: number; endedAt: Date | null } | undefined>();
  if (shown.status === "success") expectTypeOf(shown.data).toEqualTypeOf<{ home: number; endedAt: Date | null }>();
  if (shown.status === "error") expectTypeOf(shown.error.code).toExtend<string>();
  expectTypeOf(client.feed.store().get().data).toEqualTypeOf<{ type: "post"; data: string; id: string } | undefined>();
  score satisfies SvelteReadable<typeof shown>;
  score.subscribe(() => {}, { signal: new AbortController().signal });
  // @ts-expect-error no such option
  score.subscribe(() => {}, { abort: new AbortController().signal });
  // @ts-expect-error an input is needed
  watch.store();
  // @ts-expect-error of another type
  watch.store({ matchId: 1 });
});

type InternalsOf<Procedure> = Procedure extends SubscriptionProcedure<infer P> ? P : never;

/** As svelte/store declares it. */
interface SvelteReadable<T> {
  subscribe(this: void, run: (value: T) => void, invalidate?: () => void): () => void;
}

test("a subscription is not called", () => {
  // @ts-expect-error it is read by .iterate()
  client.scores.watch({ matchId: "m1" });
  // @ts-expect-error it is read by .iterate()
  client.feed();
});
