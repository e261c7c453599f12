import * as v from "valibot";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import {
  defineContract,
  type ErrorOf,
  type EventDataOf,
  type EventOf,
  type InputOf,
  mutation,
  type OutputOf,
  type ParsedInputOf,
  query,
  type SluiceError,
  type StateOf,
  subscription,
} from "./index.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), limit: z.int().default(10), since: isoDate.optional() }),
      events: {
        goal: z.object({ team: z.enum(["home", "away"]), minute: z.int() }),
        fullTime: z.object({ at: isoDate }),
      },
      state: {
        schema: z.object({ home: z.int(), away: z.int(), endedAt: isoDate.nullable() }),
        initial: { home: 0, away: 0, endedAt: null },
        apply: {
          goal: (state, { team, minute }) => {
            expectTypeOf(minute).toEqualTypeOf<number>();
            return { ...state, [team]: state[team] + 1 };
          },
          fullTime: (state, { at }) => {
            expectTypeOf(at).toEqualTypeOf<Date>();
            return { ...state, endedAt: at };
          },
        },
      },
      errors: { matchNotFound: { status: 404, data: z.object({ matchId: z.string() }) }, closed: {} },
    }),
    report: mutation({ input: z.object({ matchId: z.string() }), output: z.object({ at: isoDate }) }),
    reset: mutation(),
    list: query({ output: z.array(z.string()) }),
  },
  ticks: subscription({ input: v.object({ symbol: v.string() }), events: { tick: v.object({ price: v.number() }) } }),
});
type Watch = typeof contract.scores.watch;

test("a codec has its code type on both ends, and only the caller may omit defaults", () => {
  expectTypeOf<InputOf<Watch>>().toEqualTypeOf<{
    matchId: string;
    limit?: number | undefined;
    since?: Date | undefined;
  }>();
  expectTypeOf<ParsedInputOf<Watch>>().toEqualTypeOf<{ matchId: string; limit: number; since?: Date | undefined }>();
  expectTypeOf<InputOf<typeof contract.scores.reset>>().toEqualTypeOf<void>();
  expectTypeOf<InputOf<typeof contract.ticks>>().toEqualTypeOf<{ symbol: string }>();
});

test("events are a union discriminated by `type`", () => {
  expectTypeOf<EventOf<Watch>>().toEqualTypeOf<
    | { type: "goal"; data: { team: "home" | "away"; minute: number }; id: string }
    | { type: "fullTime"; data: { at: Date }; id: string }
  >();
  expectTypeOf<EventDataOf<Watch, "fullTime">>().toEqualTypeOf<{ at: Date }>();
  expectTypeOf<EventOf<typeof contract.ticks>["data"]>().toEqualTypeOf<{ price: number }>();
  // @ts-expect-error an event that the contract does not have
  expectTypeOf<EventDataOf<Watch, "corner">>().toBeAny();
});

test("state has its code type, and is never if there is no state", () => {
  expectTypeOf<StateOf<Watch>>().toEqualTypeOf<{ home: number; away: number; endedAt: Date | null }>();
  expectTypeOf<StateOf<typeof contract.ticks>>().toEqualTypeOf<never>();
});

test("infers outputs and errors", () => {
  expectTypeOf<OutputOf<typeof contract.scores.report>>().toEqualTypeOf<{ at: Date }>();
  expectTypeOf<OutputOf<typeof contract.scores.list>>().toEqualTypeOf<string[]>();
  expectTypeOf<OutputOf<typeof contract.scores.reset>>().toEqualTypeOf<void>();
  expectTypeOf<Extract<ErrorOf<Watch>, { code: "matchNotFound" }>>().toEqualTypeOf<
    SluiceError<"matchNotFound", { matchId: string }>
  >();
  expectTypeOf<Extract<ErrorOf<Watch>, { code: "closed" }>["data"]>().toEqualTypeOf<undefined>();
  expectTypeOf<ErrorOf<Watch>["code"]>().extract<"unauthorized">().toEqualTypeOf<"unauthorized">();
});

test("refuses what JSON cannot carry, in any place", () => {
  // @ts-expect-error a Date has no wire form without a codec
  defineContract({ p: subscription({ events: { at: z.date() } }) });
  // @ts-expect-error deep inside, too
  defineContract({ p: subscription({ events: { at: z.object({ when: z.array(z.object({ day: z.date() })) }) } }) });
  // @ts-expect-error a Map
  defineContract({ p: query({ output: z.map(z.string(), z.string()) }) });
  // @ts-expect-error a bigint in an input
  defineContract({ p: mutation({ input: z.object({ n: z.bigint() }) }) });
  // @ts-expect-error a valibot date: its input type is a Date
  defineContract({ p: subscription({ events: { at: v.date() } }) });
  const state = { schema: z.set(z.string()), initial: new Set<string>(), apply: {} };
  // @ts-expect-error a Set as state
  defineContract({ p: subscription({ events: { tick: z.string() }, state }) });
  // @ts-expect-error a Date in an error's data
  defineContract({ p: query({ errors: { late: { data: z.date() } } }) });
  const errors = { late: { data: z.object({ at: z.date() }) } };
  // @ts-expect-error a Date in the data of a subscription's error
  defineContract({ p: subscription({ events: { a: z.string() }, errors }) });
  // @ts-expect-error in a subtree
  defineContract({ deeper: { still: { p: query({ input: z.date() }) } } });
  defineContract({ json: query({ output: z.json() }), unknown: query({ output: z.unknown() }) });
});

test("refuses reserved names", () => {
  // @ts-expect-error control frames start with $
  defineContract({ p: subscription({ events: { $goal: z.string() } }) });
  // @ts-expect-error EventSource's own
  defineContract({ p: subscription({ events: { open: z.string() } }) });
  // @ts-expect-error EventSource's own
  defineContract({ p: subscription({ events: { error: z.string() } }) });
  // @ts-expect-error EventSource's default
  defineContract({ p: subscription({ events: { message: z.string() } }) });
  // @ts-expect-error empty
  defineContract({ p: subscription({ events: { "": z.string() } }) });
  // @ts-expect-error "/" separates a lane from a type
  defineContract({ p: subscription({ events: { "a/b": z.string() } }) });
  // @ts-expect-error a built-in code
  defineContract({ p: query({ errors: { forbidden: {} } }) });
  // @ts-expect-error "$" is Sluice's own
  defineContract({ $router: { list: query() } });
  // @ts-expect-error "$" is Sluice's own, at any depth
  defineContract({ deeper: { $x: query() } });
  // @ts-expect-error a contract that is awaited by mistake
  defineContract({ then: query() });
  // @ts-expect-error the same, deeper
  defineContract({ deeper: { then: query() } });
  defineContract({ context: query(), middleware: query(), use: query(), router: { router: query() } });
});

test("checks key, apply and initial against input, events and state", () => {
  const input = z.object({ runId: z.string(), prompt: z.string() });
  const events = { token: z.string() };
  subscription({ input, events, key: ["runId"] });
  // @ts-expect-error no such field
  subscription({ input, events, key: ["run"] });
  // @ts-expect-error no input at all
  subscription({ events, key: ["runId"] });
  // @ts-expect-error no such event
  subscription({ events, state: { schema: z.string(), initial: "", apply: { tok: (s) => s } } });
  // @ts-expect-error the fold gives another type
  subscription({ events, state: { schema: z.string(), initial: "", apply: { token: () => 1 } } });
  // @ts-expect-error the initial state is of another type
  subscription({ events, state: { schema: z.string(), initial: 0, apply: {} } });
  const doc = {
    schema: z.object({ text: z.string(), at: isoDate }),
    initial: { text: "", at: new Date(0) },
    apply: {},
  };
  subscription({
    events,
    state: {
      ...doc,
      version: 2,
      migrate: (old, fromVersion) => {
        expectTypeOf(old).toEqualTypeOf<unknown>();
        expectTypeOf(fromVersion).toEqualTypeOf<number>();
        return { text: String(old), at: new Date(0) };
      },
    },
  });
  // @ts-expect-error a migrated state is the code's type of the new one: a Date
  subscription({ events, state: { ...doc, version: 2, migrate: () => ({ text: "", at: "1970-01-01" }) } });
  // @ts-expect-error a migrated state that lacks a field
  subscription({ events, state: { ...doc, version: 2, migrate: () => ({ text: "" }) } });
  // @ts-expect-error a version is a number
  subscription({ events, state: { ...doc, version: "2" } });
  // @ts-expect-error neither GET nor POST
  subscription({ events, method: "PUT" });
  // @ts-expect-error a leaf that is no procedure
  defineContract({ scores: { watch: 1 } });
});
