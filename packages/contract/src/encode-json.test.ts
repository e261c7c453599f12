import { describe, expect, it } from "vitest";
import * as z from "zod";
import { encodeJson } from "./encode-json.js";
import { jsonRoundTrip } from "./json-round-trip.js";
import type { Schema } from "./schema.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const lossy = z.codec(z.number(), z.number(), { decode: (n) => (n > 9 ? Number.NaN : n), encode: (n) => n * 10 });
const throwing = z.codec(z.string(), z.string(), {
  decode: (text) => {
    if (text === "bad") throw new RangeError("no such text");
    return text;
  },
  encode: (text) => text,
});
/** A Standard Schema of another vendor. */
const vendor = (fits: (value: unknown) => boolean): Schema => ({
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value: unknown) => (fits(value) ? { value } : { issues: [{ message: "must fit" }] }),
  },
});
const numbers = (value: unknown) =>
  typeof value === "object" && value !== null && Object.values(value).every((n) => typeof n === "number");

const changed: readonly (readonly [string, Schema, unknown, RegExp])[] = [
  [
    "undefined in an array",
    z.object({ cells: z.array(z.number().optional()) }),
    { cells: [1, undefined] },
    /cells\.1:/,
  ],
  [
    "undefined in a tuple",
    z.tuple([z.string().optional(), z.string()]),
    [undefined, "a"],
    /0: JSON turns undefined into null/,
  ],
  ["a hole in an array", z.array(z.unknown()), [1].concat(Array(2)), /1: JSON turns undefined into null/],
  ["NaN, where anything goes", z.object({ at: z.any() }), { at: Number.NaN }, /at: JSON turns NaN into null/],
  ["Infinity, where a default lets it in", z.number().default(Number.POSITIVE_INFINITY), undefined, /Infinity/],
  ["a Date, where anything goes", z.unknown(), { at: [new Date(0)] }, /at\.0: JSON turns a Date into a string/],
  ["a Map, where anything goes", z.unknown(), { by: new Map([[1, 2]]) }, /by: JSON turns a Map into an object/],
  ["an Error, where anything goes", z.unknown(), new TypeError("x"), /turns a TypeError into/],
  ["a function, where anything goes", z.unknown(), { f: () => 1 }, /f: JSON omits a function/],
  ["nothing but a function", z.unknown(), () => 1, /JSON cannot represent a function/],
  ["a symbol", z.unknown(), [Symbol("s")], /0: JSON turns a symbol into null/],
  ["a bigint", z.unknown(), { n: 1n }, /BigInt/],
  ["a boxed number", z.unknown(), [Object(1)], /0: JSON turns a Number into 1/],
  ["toJSON", z.unknown(), { money: { toJSON: () => "1 €" } }, /money: JSON turns an object into a string/],
  ["an object that holds itself", z.unknown(), circular(), /circular/i],
  ["a value of a class", z.instanceof(URL), new URL("http://a.b"), /JSON turns a URL into a string/],
  ["a custom type", z.custom<bigint[]>((v) => Array.isArray(v)), [1n], /BigInt/],
  ["a member that must be there, and is undefined", z.object({ a: z.any() }), { a: undefined }, /a: doesn't read back/],
  ["a default that doesn't fit", z.object({ a: z.string().default(1 as never) }), {}, /a: doesn't read back/],
  ["a codec that can't read what it wrote", z.object({ n: lossy }), { n: 1 }, /n: doesn't read back/],
  ["a codec that throws at what it wrote", z.array(throwing), ["bad"], /doesn't read back from JSON: no such text/],
  [
    "a check that no longer holds",
    z.object({ a: z.string().optional() }).refine((value) => "a" in value, "a must be there"),
    { a: undefined },
    /a must be there/,
  ],
  ["another vendor's undefined", vendor(() => true), [undefined], /JSON turns undefined into null/],
  [
    "a value that another vendor accepts only while it is NaN",
    vendor(numbers),
    { a: Number.NaN },
    /a: JSON turns NaN into null/,
  ],
  [
    "an option that fits only because of an undefined member",
    z.union([
      z.object({ a: z.undefined(), b: z.number() }).strict(),
      z.object({ a: z.custom((v) => v !== 1) }).loose(),
    ]),
    { a: Number.NaN },
    /a: JSON turns NaN into null/,
  ],
];

describe("encodeJson refuses a value that doesn't read back, and names the place:", () => {
  it.each(changed)("%s", (_what, schema, value, message) => {
    expect(() => encodeJson(schema, value)).toThrow(
      expect.objectContaining({ name: "ValidationError", message: expect.stringMatching(message) }),
    );
  });
});

const kept: [string, Schema, unknown, unknown?][] = [
  ["plain types", z.object({ a: z.string(), b: z.array(z.int()), c: z.null() }), { a: "x", b: [1], c: null }],
  ["a member that is undefined", z.object({ a: z.string().optional() }), { a: undefined }, {}],
  ["one where anything goes", z.unknown(), { a: undefined, b: 1 }, { b: 1 }],
  ["members that are undefined, deep", z.array(z.object({ a: z.string().optional() })), [{ a: undefined }], [{}]],
  ["-0, which is 0", z.unknown(), { n: -0 }, { n: 0 }],
  ["a lone surrogate", z.object({ a: z.string() }), { a: "\ud800" }],
  ["a key __proto__", z.unknown(), JSON.parse('{"__proto__":{"a":1},"b":2}')],
  ["codecs", z.object({ at: isoDate, more: z.array(isoDate) }), { at: new Date(0), more: [new Date(1)] }],
  [
    "data of a class",
    z.unknown(),
    new (class Row {
      id = 1;
    })(),
    { id: 1 },
  ],
  ["another vendor's", vendor(numbers), { a: 1 }],
  ["itself within itself", tree(), { n: 1, children: [{ n: 2, children: [] }] }],
];

describe("encodeJson accepts, and returns what a reader gets:", () => {
  it.each<(typeof kept)[0]>(kept)("%s", (_what, schema, value, read = value) => {
    const encoded = encodeJson(schema, value);
    expect(encoded?.read()).toStrictEqual(read);
    expect(JSON.parse(encoded?.json ?? "")).toEqual(JSON.parse(JSON.stringify(value)));
  });

  it("nothing, for undefined", () => expect(encodeJson(z.string().optional(), undefined)).toBeUndefined());

  it.each<(typeof kept)[0]>(kept.filter(([, , value]) => typeof value === "object"))(
    "returns a separate object: %s",
    (_what, schema, value) => {
      expect(encodeJson(schema, value)?.read()).not.toBe(value);
    },
  );
});

function circular() {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  return loop;
}

function tree() {
  const Node = z.object({
    n: z.int(),
    get children() {
      return z.array(Node);
    },
  });
  return Node;
}

const a = z.object({ type: z.literal("a"), x: z.string().optional() });
const b = z.object({ type: z.literal("b"), y: z.number() });

describe("jsonRoundTrip", () => {
  it.each<[string, Schema, string?]>([
    ["types of JSON", z.object({ s: z.string().min(1), n: z.number().int().gt(3), b: z.boolean(), z: z.null() })],
    ["formats and enums", z.object({ at: z.iso.datetime(), id: z.uuid(), team: z.enum(["x", "y"]), k: z.literal(1) })],
    [
      "lists of optional members",
      z.object({ a: z.string().optional(), b: z.object({ c: z.int().nullable() }).optional() }),
      "losesUndefined",
    ],
    [
      "lists",
      z
        .array(z.tuple([z.string(), z.number()]).rest(z.int()))
        .max(3)
        .readonly(),
    ],
    ["records", z.record(z.string(), z.object({ n: z.number() }))],
    ["unions without optional members", z.union([z.string(), z.array(b)])],
    ["discriminated unions", z.discriminatedUnion("type", [a, b]), "losesUndefined"],
    ["recursive schemas", tree(), "losesUndefined"],
    ["checks of strings", z.object({ word: z.string().refine((text) => text !== "no") })],
    ["closed objects", z.strictObject({ a: z.string() })],
  ])("needs no read-back: %s", (_what, schema, roundTrip = "same") => expect(jsonRoundTrip(schema)).toBe(roundTrip));

  it.each<[string, Schema]>([
    ["anything", z.object({ a: z.any() })],
    ["custom types", z.custom<string>()],
    ["codecs", z.object({ at: isoDate })],
    ["defaults", z.object({ a: z.string().default("x") })],
    ["strings that are rewritten", z.string().trim()],
    ["URLs that are normalized", z.url({ normalize: true })],
    ["checks of objects", z.object({}).refine(() => true)],
    ["checks of numbers", z.number().refine((n) => !Object.is(n, -0))],
    ["undefined in lists", z.array(z.string().optional())],
    ["undefined in records", z.record(z.string(), z.string().optional())],
    ["open objects", z.looseObject({})],
    ["ambiguous unions", z.union([a, b])],
    ["literals that JSON can't represent", z.literal([undefined, "a"])],
    ["lazy schemas", z.lazy(() => z.string())],
    ["other vendors' schemas", vendor(() => true)],
  ])("needs a read-back: %s", (_what, schema) => expect(jsonRoundTrip(schema)).toBe("changes"));
});
