import { describe, expect, it } from "vitest";
import * as z from "zod";
import { encodeJson } from "./encode-json.js";
import { fateInJson } from "./plain-schema.js";
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
  ["undefined in a tuple", z.tuple([z.string().optional(), z.string()]), [undefined, "a"], /0: JSON makes null of/],
  ["a hole in an array", z.array(z.unknown()), [1].concat(Array(2)), /1: JSON makes null of undefined/],
  ["NaN, where anything goes", z.object({ at: z.any() }), { at: Number.NaN }, /at: JSON makes null of NaN/],
  ["Infinity, where a default lets it in", z.number().default(Number.POSITIVE_INFINITY), undefined, /Infinity/],
  ["a Date, where anything goes", z.unknown(), { at: [new Date(0)] }, /at\.0: JSON makes a string of a Date/],
  ["a Map, where anything goes", z.unknown(), { by: new Map([[1, 2]]) }, /by: JSON makes an object of a Map/],
  ["an Error, where anything goes", z.unknown(), new TypeError("x"), /of a TypeError/],
  ["a function, where anything goes", z.unknown(), { f: () => 1 }, /f: JSON leaves out a function/],
  ["nothing but a function", z.unknown(), () => 1, /JSON cannot say a function/],
  ["a symbol", z.unknown(), [Symbol("s")], /0: JSON makes null of a symbol/],
  ["a bigint", z.unknown(), { n: 1n }, /BigInt/],
  ["a number in an object of its own", z.unknown(), [Object(1)], /0: JSON makes 1 of a Number/],
  ["toJSON", z.unknown(), { money: { toJSON: () => "1 €" } }, /money: JSON makes a string of an object/],
  ["an object that holds itself", z.unknown(), circular(), /circular/i],
  ["a value of a class", z.instanceof(URL), new URL("http://a.b"), /JSON makes a string of a URL/],
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
  ["another vendor's undefined", vendor(() => true), [undefined], /JSON makes null of undefined/],
  ["what another vendor takes as long as it is NaN", vendor(numbers), { a: Number.NaN }, /a: JSON makes null of NaN/],
  [
    "an option that was chosen for a member that is undefined",
    z.union([
      z.object({ a: z.undefined(), b: z.number() }).strict(),
      z.object({ a: z.custom((v) => v !== 1) }).loose(),
    ]),
    { a: Number.NaN },
    /a: JSON makes null of NaN/,
  ],
];

describe("encodeJson refuses what doesn't read back, naming the place:", () => {
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

describe("encodeJson lets through, and gives what is read:", () => {
  it.each<(typeof kept)[0]>(kept)("%s", (_what, schema, value, read = value) => {
    const encoded = encodeJson(schema, value);
    expect(encoded?.read()).toStrictEqual(read);
    expect(JSON.parse(encoded?.json ?? "")).toEqual(JSON.parse(JSON.stringify(value)));
  });

  it("nothing, for undefined", () => expect(encodeJson(z.string().optional(), undefined)).toBeUndefined());

  it.each<(typeof kept)[0]>(kept.filter(([, , value]) => typeof value === "object"))(
    "an object of its own: %s",
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

describe("fateInJson", () => {
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
    ["options that nothing is left out of", z.union([z.string(), z.array(b)])],
    ["options that are told apart", z.discriminatedUnion("type", [a, b]), "losesUndefined"],
    ["what contains itself", tree(), "losesUndefined"],
    ["checks of texts", z.object({ word: z.string().refine((text) => text !== "no") })],
    ["closed objects", z.strictObject({ a: z.string() })],
  ])("tries nothing with %s", (_what, schema, fate = "same") => expect(fateInJson(schema)).toBe(fate));

  it.each<[string, Schema]>([
    ["anything", z.object({ a: z.any() })],
    ["custom types", z.custom<string>()],
    ["codecs", z.object({ at: isoDate })],
    ["defaults", z.object({ a: z.string().default("x") })],
    ["texts that are made others", z.string().trim()],
    ["URLs that are made others", z.url({ normalize: true })],
    ["checks of objects", z.object({}).refine(() => true)],
    ["checks of numbers", z.number().refine((n) => !Object.is(n, -0))],
    ["undefined in lists", z.array(z.string().optional())],
    ["undefined in records", z.record(z.string(), z.string().optional())],
    ["open objects", z.looseObject({})],
    ["options that can be mixed up", z.union([a, b])],
    ["literals that JSON can't say", z.literal([undefined, "a"])],
    ["what is found later", z.lazy(() => z.string())],
    ["other vendors' schemas", vendor(() => true)],
  ])("tries %s", (_what, schema) => expect(fateInJson(schema)).toBe("changes"));
});
