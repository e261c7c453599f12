import { describe, expect, test } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import { defineContract, mutation, query, subscription } from "./contract.js";
import { errorTable } from "./errors.js";
import { ContractError } from "./rules.js";

// Run-time checks repeat the type checks: contracts are also written in JavaScript and generated.
const define = defineContract as (tree: unknown) => unknown;
const sub = subscription as (options: unknown) => unknown;
const isoDate = z.codec(z.iso.datetime(), z.date(), { decode: (t) => new Date(t), encode: (d) => d.toISOString() });
const events = { tick: z.string() };
const input = z.object({ id: z.string() });

/** The error that defineContract throws for this tree. */
function refusal(tree: unknown): ContractError {
  try {
    define(tree);
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
  throw new Error("The contract was accepted.");
}

const used = query();
const cyclic: Record<string, unknown> = {};
cyclic["again"] = cyclic;

describe("names", () => {
  test.each<[path: string, rule: string, tree: unknown]>([
    ["then", "reserved name", { then: query() }],
    ["a/then", "reserved name", { a: { then: query() } }],
    ["__proto__", "reserved name", JSON.parse('{"__proto__": {"a": {}}}')],
    ["a/__proto__", "reserved name", JSON.parse('{"a": {"__proto__": {"kind": "query", "path": ""}}}')],
    ["constructor", "reserved name", { constructor: query() }],
    ["a/prototype", "reserved name", { a: { prototype: query() } }],
    ["", "must start with a letter", { "": query() }],
    ["a/b.c", "must start with a letter", { a: { "b.c": query() } }],
    ["a/b", "must start with a letter", { "a/b": query() }],
    ["$streams", "is reserved for Sluice's own members and paths", { $streams: query() }],
    ["a/$router", "is reserved for Sluice's own members and paths", { a: { $router: query() } }],
    ["1st", "must start with a letter", { "1st": query() }],
    ["a/0", "must start with a letter", { a: [query()] }],
    ["ä", "must start with a letter", { ä: query() }],
    ["a b", "must start with a letter", { "a b": query() }],
    ["a", "has a value of type number", { a: 1 }],
    ["a/b", "has a value of type null", { a: { b: null } }],
    ["a", "has a value of type undefined", { a: undefined }],
    ["a", "has a value of type function", { a: () => query() }],
  ])("at %j: %s", (path, rule, tree) => {
    const error = refusal(tree);
    expect(error.path).toBe(path);
    expect(error.message).toMatch(new RegExp(`^Contract at "${path.replace(/[$.]/g, "\\$&")}": .*${rule}`));
  });

  test("a refused __proto__ tree changes no prototype", () => {
    refusal(JSON.parse('{"__proto__": {"polluted": {}}}'));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("words that the server's builder uses behind a $ are names like others", () => {
    const names = () => ({
      router: query(),
      use: query(),
      middleware: { context: query() },
      _x: query(),
      "b-c9": query(),
    });
    expect(() => define({ ...names(), context: names() })).not.toThrow();
  });
});

describe("places", () => {
  test.each<[path: string, rule: string, tree: unknown]>([
    ["b", 'is already used at "a"', { a: used, b: used }],
    ["b/c", 'is already used at "a"', { a: used, b: { c: used } }],
    ["again/again", 'is already used at "again"', cyclic],
    ["c", 'already belongs to a contract, at "a"', { c: defineContract({ a: query() }).a }],
  ])("at %j: %s", (path, rule, tree) => {
    const error = refusal(tree);
    expect(error.path).toBe(path);
    expect(error.message).toContain(rule);
  });
});

describe("subscriptions", () => {
  const state = { schema: z.string(), initial: "", apply: {} };

  test.each<[rule: string, options: Record<string, unknown>]>([
    ["needs at least one event", { events: {} }],
    ["cannot be empty", { events: { "": z.string() } }],
    ['"open" cannot be an event type', { events: { open: z.string() } }],
    ['"error" cannot be an event type', { events: { error: z.string() } }],
    ['"message" cannot be an event type', { events: { message: z.string() } }],
    ['"__proto__" cannot be an event type', { events: { ["__proto__"]: z.string() } }],
    ['"$goal" starts with "$"', { events: { $goal: z.string() } }],
    ['"a/b" contains /', { events: { "a/b": z.string() } }],
    ['"a\\rb" contains CR', { events: { "a\rb": z.string() } }],
    ['"a\\nb" contains LF', { events: { "a\nb": z.string() } }],
    ['"a\\u0000b" contains NUL', { events: { "a\0b": z.string() } }],
    ['event "tick" is not a schema', { events: { tick: undefined } }],
    ['event "tick" is not a schema', { events: { tick: { type: "string" } } }],
    ['event "tick" may be undefined', { events: { tick: z.string().optional() } }],
    ['event "tick" may be undefined', { events: { tick: z.undefined() } }],
    ["input is not a schema", { events, input: { id: "string" } }],
    ["state is not a schema", { events, state: { ...state, schema: undefined } }],
    ["state.initial doesn't fit state.schema", { events, state: { ...state, initial: 1 } }],
    ["state may be undefined", { events, state: { ...state, schema: z.string().nullish() } }],
    [
      'state.apply names "tock", which is not an event; events are tick',
      { events, state: { ...state, apply: { tock: () => "" } } },
    ],
    ["state.version is 0; allowed are whole numbers of at least 1", { events, state: { ...state, version: 0 } }],
    ["state.version is 1.5; allowed are", { events, state: { ...state, version: 1.5 } }],
    ['state.version is "2"; allowed are', { events, state: { ...state, version: "2" } }],
    ["state.version is null; allowed are", { events, state: { ...state, version: null } }],
    ["state.migrate is 1; allowed is a function", { events, state: { ...state, version: 2, migrate: 1 } }],
    ["state.migrate has no version to migrate from", { events, state: { ...state, migrate: () => "" } }],
    ['state.apply names "toString"', { events, state: { ...state, apply: { toString: () => "" } } }],
    ['key names "name", which is not a field of the input (id)', { events, input, key: ["name"] }],
    ['key names "id", which is not a field of the input', { events, key: ["id"] }],
    ["start: { last: 0 }", { events, start: { last: 0 } }],
    ["start: { last: -1 }", { events, start: { last: -1 } }],
    ["start: { last: 1.5 }", { events, start: { last: 1.5 } }],
    ["start: { last: NaN }", { events, start: { last: Number.NaN } }],
    ["start: { last: undefined }", { events, start: {} }],
    ['start is "now"; allowed are', { events, start: "now" }],
    ['method is "PUT"; allowed are', { events, method: "PUT" }],
    ['onGap is "wait"; allowed are', { events, onGap: "wait" }],
  ])("%s", (rule, options) => {
    const error = refusal({ a: { b: sub(options) } });
    expect(error.path).toBe("a/b");
    expect(error.message).toContain(rule);
  });

  test("accepts what the rules allow", () => {
    const options = { input, events, key: ["id"], start: { last: 1 }, state, method: "POST", onGap: "skip" };
    expect(() => define({ a: sub(options) })).not.toThrow();
    expect(() => define({ a: sub({ events, state: { ...state, version: 2 } }) })).not.toThrow();
    expect(() => define({ a: sub({ events, state: { ...state, version: 9, migrate: () => "" } }) })).not.toThrow();
    expect(() => define({ a: sub({ events: { "goal scored:v2": z.null() } }) })).not.toThrow();
  });
});

describe("errors", () => {
  const withErrors = (errors: unknown) => ({ a: (query as (options: unknown) => unknown)({ errors }) });

  test.each(Object.keys(errorTable))("the built-in code %s is refused", (code) => {
    expect(refusal(withErrors({ [code]: {} })).message).toContain(`"${code}" is a built-in error code`);
  });

  test.each([0, 200, 302, 399, 600, 404.5, Number.NaN, "404"])("the status %s is refused", (status) => {
    expect(refusal(withErrors({ late: { status } })).message).toContain(`error "late" has the status ${status}`);
  });

  test.each([400, 404, 422, 599])("the status %s is accepted", (status) => {
    expect(() => define(withErrors({ late: { status } }))).not.toThrow();
  });

  test("data must be a schema, and JSON on the wire", () => {
    expect(refusal(withErrors({ late: { data: {} } })).message).toContain('error "late" is not a schema');
    expect(refusal(withErrors({ late: { data: z.date() } })).message).toContain('error "late" is a date');
  });
});

describe("schemas without a wire form", () => {
  const tree = z.object({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
  });
  const badTree = z.object({
    at: z.date(),
    get children() {
      return z.array(badTree);
    },
  });
  const lazyTree: z.ZodType = z.lazy(() => z.object({ next: lazyTree.optional(), when: isoDate }));

  const oneWay = "has a one-way transform";
  const upper = z.string().transform((text) => text.toUpperCase());

  test.each<[where: string, rule: string, schema: unknown]>([
    ["the root", `output ${oneWay}`, upper],
    ["preprocess", oneWay, z.preprocess((value) => value, z.string())],
    ["a field", `output, at a.b, ${oneWay}`, z.object({ a: z.object({ b: upper }) })],
    ["an array", `output, at *, ${oneWay}`, z.array(upper)],
    ["a tuple", `output, at 1, ${oneWay}`, z.tuple([z.string(), upper])],
    ["a tuple's rest", `output, at *, ${oneWay}`, z.tuple([z.string()], upper)],
    ["a union", oneWay, z.union([z.string(), upper])],
    [
      "a discriminated union",
      `at n, ${oneWay}`,
      z.discriminatedUnion("t", [z.object({ t: z.literal("a"), n: upper })]),
    ],
    ["an intersection", `at b, ${oneWay}`, z.intersection(z.object({ a: z.string() }), z.object({ b: upper }))],
    ["a record's value", `output, at *, ${oneWay}`, z.record(z.string(), upper)],
    ["a record's key", `output, at *, ${oneWay}`, z.record(upper, z.string())],
    ["an object's catchall", `output, at *, ${oneWay}`, z.object({}).catchall(upper)],
    ["lazy", oneWay, z.lazy(() => upper)],
    ["optional, nullable, default, readonly", oneWay, upper.optional().nullable().default("").readonly()],
    ["behind a pipe", oneWay, z.string().pipe(upper)],
    ["the code side of a codec", oneWay, z.codec(z.string(), upper, { decode: (t) => t, encode: (t) => t })],
    [
      "a Map within a codec",
      oneWay,
      z.codec(z.array(z.string()), z.map(z.string(), upper), { decode: () => new Map(), encode: () => [] }),
    ],
    [
      "a recursive getter",
      `at children.*.x, ${oneWay}`,
      z.object({
        get children() {
          return z.array(z.object({ x: upper }));
        },
      }),
    ],
    ["a date", "output is a date, which JSON cannot carry; wrap it in z.codec", z.date()],
    ["a coerced date", "is a date", z.coerce.date()],
    ["a date in a recursive type", "output, at at, is a date", badTree],
    ["a bigint", "is a bigint", z.bigint()],
    ["a bigint literal", "is a bigint", z.literal([1n, 2])],
    ["a map", "is a map", z.map(z.string(), z.string())],
    ["a set deep inside", "output, at a.*.b, is a set", z.object({ a: z.array(z.object({ b: z.set(z.string()) })) })],
    ["a symbol", "is a symbol", z.symbol()],
    ["NaN", "is a nan", z.nan()],
    ["a file", "is a file", z.file()],
    ["void", "is a void", z.void()],
    ["a codec's wire side", "is a date", z.codec(z.date(), z.string(), { decode: String, encode: (t) => new Date(t) })],
    [
      "zod/mini",
      oneWay,
      mini.pipe(
        mini.string(),
        mini.transform((text) => text.length),
      ),
    ],
    ["zod/mini", "output, at at, is a date", mini.object({ at: mini.date() })],
  ])("%s: %s", (_where, rule, schema) => {
    const error = refusal({ a: mutation({ output: schema } as object) });
    expect(error.path).toBe("a");
    expect(error.message).toContain(rule);
  });

  test("are found in inputs, outputs, events, state and error data", () => {
    expect(refusal({ a: query({ input: upper }) }).message).toContain("input has a one-way");
    expect(refusal({ a: query({ output: upper }) }).message).toContain("output has a one-way");
    expect(refusal({ a: subscription({ events: { e: upper } }) }).message).toContain('event "e" has a one-way');
    const state = { schema: upper, initial: "", apply: {} };
    expect(refusal({ a: subscription({ events, state }) }).message).toContain("state has a one-way");
  });

  test.each<[what: string, schema: unknown]>([
    ["a codec", isoDate],
    ["a codec within an object, array and optional", z.object({ at: z.array(isoDate.optional()) })],
    [
      "a codec of a codec",
      z.codec(isoDate, z.custom<object>(), { decode: (at) => ({ at }), encode: () => new Date() }),
    ],
    ["a codec piped on", isoDate.pipe(z.date())],
    ["a check on the code side", isoDate.refine((at) => at.getTime() > 0)],
    [
      "a codec to a Map",
      z.codec(z.array(z.string()), z.map(z.string(), z.date()), { decode: () => new Map(), encode: () => [] }),
    ],
    ["stringbool", z.stringbool()],
    ["trim and other rewriting checks", z.string().trim().toLowerCase()],
    ["a recursive type", tree],
    ["a recursive type with a codec", lazyTree],
    ["any, unknown and json", z.object({ a: z.any(), b: z.unknown(), c: z.json() })],
    [
      "a brand, a template, an enum",
      z.tuple([z.string().brand("id"), z.templateLiteral(["a", z.int()]), z.enum(["x"])]),
    ],
    [
      "defaults, catch and prefault",
      z.object({ a: z.string().default("x"), b: z.int().catch(1), c: z.string().prefault("y") }),
    ],
  ])("accepts %s", (_what, schema) => {
    expect(() => define({ a: query({ input: schema, output: schema } as object) })).not.toThrow();
  });
});

describe("asynchronous functions in schemas", () => {
  const slow = z.object({ name: z.string().refine(async () => true) });
  const slowEncode = z.codec(z.string(), z.string(), { decode: (t) => t, encode: async (t) => t });

  test.each<[where: string, tree: unknown]>([
    ['event "a", at name,', { s: sub({ events: { a: slow } }) }],
    ["input, at name,", { s: sub({ input: slow, events }) }],
    ["state, at name,", { s: sub({ events, state: { schema: slow, initial: { name: "" }, apply: {} } }) }],
    ['error "e", at name,', { s: mutation({ errors: { e: { data: slow } } }) }],
  ])("are refused where checks must be synchronous: %s", (where, tree) => {
    expect(refusal(tree).message).toContain(`${where} checks asynchronously; only inputs and outputs of queries`);
  });

  test("are accepted in inputs and outputs of calls, except a codec's encode in an input", () => {
    expect(() =>
      define({ m: mutation({ input: slow, output: slowEncode }), q: query({ output: slow }) }),
    ).not.toThrow();
    expect(refusal({ q: query({ input: z.object({ a: slowEncode }) }) }).message).toContain(
      "input, at a, encodes asynchronously; make the codec's encode synchronous",
    );
  });
});
