import * as v from "valibot";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { encodeInput } from "./encode-input.js";
import { coderOf, type Schema } from "./schema.js";
import { ValidationError } from "./validation-error.js";

const dates = { decode: (t: string) => new Date(t), encode: (d: Date) => d.toISOString() };
const isoDate = z.codec(z.iso.datetime(), z.date(), dates);
const lowerCase = z.codec(z.string(), z.string(), {
  decode: (t) => t.toUpperCase(),
  encode: (t) => t.toLowerCase(),
});
const epoch = new Date(0);
const text = "1970-01-01T00:00:00.000Z";

test("a field with a default may be omitted next to a codec, which zod's own encode refuses", () => {
  const schema = z.object({ matchId: z.string(), since: isoDate.default(epoch), limit: z.int().default(10) });
  expect(() => coderOf(schema).encode({ matchId: "x" })).toThrow(ValidationError);
  expect(encodeInput(schema, { matchId: "x" })).toEqual({ matchId: "x" });
  expect(encodeInput(schema, { matchId: "x", since: undefined })).toEqual({ matchId: "x" });
  expect(encodeInput(schema, { matchId: "x", since: epoch })).toEqual({ matchId: "x", since: text });
  expect(coderOf(schema).decode(encodeInput(schema, { matchId: "x" }))).toEqual({
    matchId: "x",
    since: epoch,
    limit: 10,
  });
});

describe("encodes codecs in any place", () => {
  const node = z.object({
    at: isoDate.default(epoch),
    n: z.int().default(0),
    get next() {
      return node.optional();
    },
  });

  test.each<[what: string, schema: Schema, input: unknown, wire: unknown]>([
    ["the input itself", isoDate, epoch, text],
    ["an optional input that is left out", isoDate.optional(), undefined, undefined],
    ["a nullable field", z.object({ at: isoDate.nullable() }), { at: null }, { at: null }],
    [
      "a nested object, with omitted fields in each",
      z.object({ range: z.object({ from: isoDate, to: isoDate.default(epoch) }).optional() }),
      { range: { from: epoch } },
      { range: { from: text } },
    ],
    ["an array", z.array(z.object({ at: isoDate, n: z.int().default(1) })), [{ at: epoch }], [{ at: text }]],
    ["a record", z.record(z.string(), isoDate), { a: epoch }, { a: text }],
    ["a tuple", z.tuple([z.string(), isoDate]), ["a", epoch], ["a", text]],
    [
      "the values of a record, with omitted fields in each",
      z.record(z.string(), z.object({ at: isoDate, n: z.int().default(1) })),
      { a: { at: epoch } },
      { a: { at: text } },
    ],
    ["a record with a codec for its keys", z.record(lowerCase, z.int()), { A: 1 }, { a: 1 }],
    [
      "the items of a tuple, with omitted fields in each",
      z.tuple([z.object({ at: isoDate, n: z.int().default(1) })], isoDate),
      [{ at: epoch }, epoch],
      [{ at: text }, text],
    ],
    [
      "both sides of an intersection",
      z.object({ at: isoDate, n: z.int().default(1) }).and(z.object({ id: z.string(), m: z.int().default(1) })),
      { at: epoch, id: "a" },
      { at: text, id: "a" },
    ],
    [
      "an intersection of unions",
      z.object({ id: z.string() }).and(z.union([z.object({ at: isoDate, n: z.int().default(1) }), z.object({})])),
      { at: epoch, id: "a" },
      { at: text, id: "a" },
    ],
    ["a recursive type", node, { next: { at: epoch, next: { n: 1 } } }, { next: { at: text, next: { n: 1 } } }],
    ["a lazy type", z.lazy(() => z.object({ at: isoDate, n: z.int().default(1) })), { at: epoch }, { at: text }],
    [
      "a wrapped object",
      z
        .object({ at: isoDate, n: z.int().default(1) })
        .readonly()
        .default({ at: epoch, n: 1 }),
      { at: epoch },
      { at: text },
    ],
    [
      "the option of a union that fits",
      z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("a"), on: z.string(), n: z.int().default(1) }),
        z.object({ kind: z.literal("b"), on: isoDate, n: z.int().default(1) }),
      ]),
      { kind: "b", on: epoch },
      { kind: "b", on: text },
    ],
    ["an open object", z.looseObject({ at: isoDate }), { at: epoch, colour: "red" }, { at: text, colour: "red" }],
    ["an object with a catchall", z.object({}).catchall(isoDate), { any: epoch }, { any: text }],
    ["a closed object, without unknown fields", z.object({ at: isoDate }), { at: epoch, colour: "red" }, { at: text }],
  ])("%s", (_what, schema, input, wire) => {
    expect(encodeInput(schema, input)).toEqual(wire);
  });
});

describe("leaves the rest to the server", () => {
  test.each<[what: string, schema: Schema | undefined, input: unknown]>([
    ["no schema", undefined, undefined],
    ["no codec", z.object({ id: z.string(), n: z.int().max(5).default(1) }), { id: 1, n: 9, colour: "red" }],
    ["another vendor", v.object({ id: v.string() }), { id: 1 }],
    ["an asynchronous check", z.object({ id: z.string().refine(async () => true) }), { id: "a" }],
  ])("%s", (_what, schema, input) => {
    expect(encodeInput(schema, input)).toBe(input);
  });

  test("even next to a codec", () => {
    const schema = z.object({ id: z.string().refine(async () => true), n: z.int().max(5), at: isoDate });
    expect(encodeInput(schema, { id: 1, n: 9, at: epoch })).toEqual({ id: 1, n: 9, at: text });
    expect(encodeInput(schema, {})).toEqual({});
  });

  test.each<[what: string, make: (check: () => Promise<boolean>) => Schema, input: unknown, wire: unknown]>([
    ["of the codec itself", (check) => z.object({ at: isoDate.refine(check) }), { at: epoch }, { at: text }],
    ["of what is within the codec", (check) => z.codec(z.iso.datetime(), z.date().refine(check), dates), epoch, text],
    ["of an option", (check) => z.union([z.object({ a: isoDate }).refine(check), isoDate]), { a: epoch }, { a: text }],
    ["of an open union", (check) => z.union([isoDate, z.string().refine(check)]), "x", "x"],
    ["of a record's keys", (check) => z.record(lowerCase.refine(check), z.int()), { A: 1 }, { a: 1 }],
  ])("doesn't start an asynchronous check: %s", (_what, make, input, wire) => {
    let isBegun = false;
    const check = async () => (isBegun = true);
    expect(encodeInput(make(check), input)).toEqual(wire);
    expect(isBegun).toBe(false);
  });

  test("picks the first option whose checks may be asynchronous", () => {
    const schema = z.union([z.object({ a: isoDate }).refine(() => Promise.resolve(true)), z.string()]);
    expect(encodeInput(schema, { a: epoch })).toEqual({ a: text });
  });
});

test.each<[what: string, schema: Schema, input: unknown, path: (string | number)[]]>([
  ["a field", z.object({ at: isoDate }), { at: text }, ["at"]],
  ["a nested field", z.object({ range: z.object({ from: isoDate }) }), { range: { from: 1 } }, ["range", "from"]],
  ["an item", z.object({ list: z.array(isoDate) }), { list: [epoch, "x"] }, ["list", 1]],
  ["a null", z.object({ at: isoDate }), { at: null }, ["at"]],
  ["the input itself", z.object({ at: isoDate }), "x", []],
  ["a broken date", z.object({ at: isoDate }), { at: new Date(Number.NaN) }, ["at"]],
  ["a union that no option fits", z.object({ on: z.union([isoDate, z.int()]) }), { on: "x" }, ["on"]],
])("names the place of a value that a codec cannot encode: %s", (_what, schema, input, path) => {
  const run = () => encodeInput(schema, input);
  expect(run).toThrow(ValidationError);
  expect(run).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ path })] }));
  if (path.length > 0) expect(run).toThrow(new RegExp(`^${path.join("\\.")}: `));
});

test("a codec that encodes asynchronously is refused with its place", () => {
  const slow = z.codec(z.string(), z.string(), { decode: String, encode: (text) => Promise.resolve(text) });
  expect(() => encodeInput(z.object({ a: slow }), { a: "x" })).toThrow(/^a: this codec encodes asynchronously/);
});
