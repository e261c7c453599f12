import { type } from "arktype";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import {
  defineContract,
  type EventDataOf,
  type EventInputOf,
  type EventOf,
  type InputOf,
  mutation,
  type OutputOf,
  type ParsedInputOf,
  query,
  type StateOf,
  subscription,
} from "./index.js";

class Money {
  #cents = 0;
  add(other: Money): Money {
    this.#cents += other.#cents;
    return this;
  }
}
const money = z.codec(z.object({ cents: z.int() }), z.instanceof(Money), {
  decode: () => new Money(),
  encode: () => ({ cents: 0 }),
});

const node = z.object({
  name: z.string(),
  get children() {
    return z.array(node);
  },
});
type Node = { name: string; children: Node[] };

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const item = z.object({ n: z.int().default(1), s: z.string() });
const filter = z.discriminatedUnion("by", [
  z.object({ by: z.literal("date"), at: isoDate, n: z.int().default(1) }),
  z.object({ by: z.literal("size"), n: z.int() }),
  z.object({ by: z.enum(["name", "owner"]), s: z.string().default("") }),
]);

const shapes = {
  any: z.any(),
  optional: z.object({ a: z.string().optional(), b: z.string().nullable(), c: z.string().nullish() }),
  readonly: z.array(z.string()).readonly(),
  enum: z.enum(["home", "away"]),
  union: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("a"), n: z.int() }),
    z.object({ kind: z.literal("b"), s: z.string() }),
  ]),
  record: z.record(z.string(), z.object({ n: z.int() })),
  partial: z.partialRecord(z.enum(["x", "y"]), z.int()),
  tuple: z.tuple([z.string(), z.int()]),
  branded: z.string().brand<"id">(),
  money,
  node,
  mini: mini.object({ id: mini.string(), at: mini.optional(mini.number()) }),
  arktype: type({ id: "string", "n?": "number" }),
};

const contract = defineContract({
  watch: subscription({ events: shapes }),
  find: query({ input: z.object({ where: node, price: money }), output: node }),
  save: mutation({
    input: z.object({
      view: z.object({ lang: z.string().default("en"), deep: z.object({ n: z.int().default(1), s: z.string() }) }),
      range: z.object({ from: z.int().default(0), to: z.int() }).optional(),
      page: z.object({ size: z.int().default(10) }).default({ size: 10 }),
      ids: z.array(z.string()).readonly(),
      json: z.unknown(),
    }),
    output: z.string().optional(),
  }),
  mini: query({ input: mini.object({ id: mini.string(), n: mini._default(mini.number(), 1) }), output: mini.string() }),
  text: query({ input: z.string().optional() }),
  page: query({ input: z.object({ size: z.int().default(10), after: z.string() }).optional() }),
  price: query({ input: money }),
  filter: query({ input: filter }),
  nested: query({
    input: z.object({
      filter: filter.optional(),
      list: z.array(item),
      fixed: z.array(item).readonly(),
      pair: z.tuple([item, isoDate]),
      byName: z.record(z.string(), item),
    }),
  }),
});
type Watch = typeof contract.watch;
type Data<T extends keyof typeof shapes> = EventDataOf<Watch, T>;

test("infers every kind of zod schema", () => {
  expectTypeOf<Data<"any">>().toBeAny();
  expectTypeOf<Data<"optional">>().toEqualTypeOf<{
    a?: string | undefined;
    b: string | null;
    c?: string | null | undefined;
  }>();
  expectTypeOf<Data<"readonly">>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<Data<"enum">>().toEqualTypeOf<"home" | "away">();
  expectTypeOf<Data<"union">>().toEqualTypeOf<{ kind: "a"; n: number } | { kind: "b"; s: string }>();
  expectTypeOf<Data<"record">>().toEqualTypeOf<{ [x: string]: { n: number } }>();
  expectTypeOf<Data<"partial">>().toEqualTypeOf<{ x?: number; y?: number }>();
  expectTypeOf<Data<"tuple">>().toEqualTypeOf<[string, number]>();
  expectTypeOf<Data<"branded">>().toExtend<string>();
  expectTypeOf<string>().not.toExtend<Data<"branded">>();
  expectTypeOf<Data<"money">>().toEqualTypeOf<Money>();
  expectTypeOf<Data<"node">>().toEqualTypeOf<Node>();
  expectTypeOf<Data<"node">["children"][number]["children"]>().toEqualTypeOf<Node[]>();
});

test("infers every kind of schema of other vendors", () => {
  expectTypeOf<Data<"mini">>().toEqualTypeOf<{ id: string; at?: number | undefined }>();
  expectTypeOf<Data<"arktype">>().toEqualTypeOf<{ id: string; n?: number }>();
  expectTypeOf<InputOf<typeof contract.mini>>().toEqualTypeOf<{ id: string; n?: number | undefined }>();
  expectTypeOf<OutputOf<typeof contract.mini>>().toEqualTypeOf<string>();
});

test("an event has the data of its type only", () => {
  expectTypeOf<Extract<EventOf<Watch>, { type: "enum" }>>().toEqualTypeOf<{
    type: "enum";
    data: "home" | "away";
    id: string;
  }>();
  expectTypeOf<{ type: "enum"; data: "home" }>().toExtend<EventInputOf<Watch>>();
  expectTypeOf<{ type: "enum"; data: "nowhere" }>().not.toExtend<Exclude<EventInputOf<Watch>, { type: "any" }>>();
  expectTypeOf<{ type: "other"; data: "home" }>().not.toExtend<EventInputOf<Watch>>();
  expectTypeOf<keyof EventInputOf<Watch>>().toEqualTypeOf<"type" | "data">();
});

test("a caller may omit fields with a default at any depth, and no others", () => {
  expectTypeOf<InputOf<typeof contract.save>>().toEqualTypeOf<{
    view: { lang?: string | undefined; deep: { n?: number | undefined; s: string } };
    range?: { from?: number | undefined; to: number } | undefined;
    page?: { size?: number | undefined } | undefined;
    ids: readonly string[];
    json?: unknown;
  }>();
  expectTypeOf<ParsedInputOf<typeof contract.save>>().toEqualTypeOf<{
    view: { lang: string; deep: { n: number; s: string } };
    range?: { from: number; to: number } | undefined;
    page: { size: number };
    ids: readonly string[];
    json: unknown;
  }>();
  expectTypeOf<InputOf<typeof contract.find>>().toEqualTypeOf<{ where: Node; price: Money }>();
  expectTypeOf<InputOf<typeof contract.text>>().toEqualTypeOf<string | undefined>();
  expectTypeOf<InputOf<typeof contract.page>>().toEqualTypeOf<
    { size?: number | undefined; after: string } | undefined
  >();
  expectTypeOf<InputOf<typeof contract.price>>().toEqualTypeOf<Money>();
  expectTypeOf<OutputOf<typeof contract.save>>().toEqualTypeOf<string | undefined>();
});

test("a caller may omit fields with a default in unions and items, too", () => {
  type Item = { n?: number | undefined; s: string };
  type Filter =
    | { by: "date"; at: Date; n?: number | undefined }
    | { by: "size"; n: number }
    | { by: "name" | "owner"; s?: string | undefined };
  expectTypeOf<InputOf<typeof contract.filter>>().toEqualTypeOf<Filter>();
  expectTypeOf<InputOf<typeof contract.nested>>().toEqualTypeOf<{
    filter?: Filter | undefined;
    list: Item[];
    fixed: readonly Item[];
    pair: [Item, Date];
    byName: { [x: string]: Item };
  }>();
});

test("a subscription without state infers no state, however it is written", () => {
  const events = { tick: z.string() };
  const full = {
    bare: subscription({ events }),
    rich: subscription({
      input: z.object({ id: z.string() }),
      events,
      errors: { late: {} },
      key: ["id"],
      start: "oldest",
    }),
  };
  const { bare, rich } = defineContract(full);
  expectTypeOf<StateOf<typeof bare>>().toBeNever();
  expectTypeOf<StateOf<typeof rich>>().toBeNever();
  expectTypeOf<(typeof bare)["idempotent"]>().toEqualTypeOf<false>();
  expectTypeOf<keyof (typeof bare)["errors"]>().toBeNever();
  // @ts-expect-error no input was declared
  expectTypeOf<InputOf<typeof bare>["id"]>();
});

test("the functions of apply are typed, and a wrong type is an error", () => {
  const events = { add: z.int(), name: z.enum(["a", "b"]) };
  const schema = z.object({ sum: z.int(), last: z.enum(["a", "b"]).nullable() });
  const initial = { sum: 0, last: null };
  const { total } = defineContract({
    total: subscription({
      events,
      state: {
        schema,
        initial,
        apply: { add: (s, n) => ({ ...s, sum: s.sum + n }), name: (s, last) => ({ ...s, last }) },
        idempotent: true,
      },
    }),
  });
  expectTypeOf<StateOf<typeof total>>().toEqualTypeOf<{ sum: number; last: "a" | "b" | null }>();
  expectTypeOf<(typeof total)["idempotent"]>().toEqualTypeOf<true>();
  expectTypeOf<Parameters<NonNullable<(typeof total)["state"]["apply"]["name"]>>[1]>().toEqualTypeOf<"a" | "b">();
  // @ts-expect-error the fold gives back half a state
  subscription({ events, state: { schema, initial, apply: { add: (s, n) => ({ sum: s.sum + n }) } } });
  // @ts-expect-error a field of the data that isn't there
  subscription({ events, state: { schema, initial, apply: { add: (s, n) => ({ ...s, sum: n.value }) } } });
  // @ts-expect-error a state without its beginning
  subscription({ events, state: { schema, apply: {} } });
});

test("events and states can't be undefined", () => {
  // @ts-expect-error an event that may be undefined
  defineContract({ p: subscription({ events: { tick: z.string().optional() } }) });
  // @ts-expect-error an event that is nothing
  defineContract({ p: subscription({ events: { tick: z.undefined() } }) });
  // @ts-expect-error void is not JSON
  defineContract({ p: subscription({ events: { tick: z.void() } }) });
  // @ts-expect-error void is not JSON, nor an output: leave the output out
  defineContract({ p: query({ output: z.void() }) });
  const state = { schema: z.string().optional(), initial: "", apply: {} };
  // @ts-expect-error a state that may be undefined
  defineContract({ p: subscription({ events: { t: z.string() }, state }) });
  defineContract({
    p: subscription({ events: { tick: z.null(), tock: z.string().default("x"), any: z.unknown() } }),
    q: query({ input: z.string().optional(), output: z.string().optional() }),
  });
});

test("finds a date behind optional, union, tuple and record, but accepts it behind a codec", () => {
  // @ts-expect-error optional
  defineContract({ p: query({ output: z.object({ at: z.date().optional() }) }) });
  // @ts-expect-error union
  defineContract({ p: query({ output: z.union([z.string(), z.date()]) }) });
  // @ts-expect-error tuple
  defineContract({ p: query({ output: z.tuple([z.string(), z.date()]) }) });
  // @ts-expect-error record
  defineContract({ p: query({ output: z.record(z.string(), z.date()) }) });
  // @ts-expect-error recursive
  defineContract({ p: query({ output: z.object({ node, at: z.date() }) }) });
  // @ts-expect-error a promise
  defineContract({ p: query({ output: z.object({ at: z.promise(z.string()) }) }) });
  // @ts-expect-error catchall
  defineContract({ p: query({ output: z.object({}).catchall(z.date()) }) });
  // @ts-expect-error an intersection
  defineContract({ p: query({ output: z.intersection(z.object({ a: z.string() }), z.object({ at: z.date() })) }) });
  const backwards = z.codec(z.date(), z.string(), { decode: String, encode: (text) => new Date(text) });
  // @ts-expect-error the wire side of a codec
  defineContract({ p: query({ output: backwards }) });
  defineContract({
    p: query({ output: z.union([z.string(), money]) }),
    q: query({ output: z.object({}).catchall(isoDate) }),
  });
});
