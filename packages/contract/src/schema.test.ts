import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test, vi } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import { coderOf } from "./schema.js";
import { ValidationError } from "./validation-error.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), { decode: (t) => new Date(t), encode: (d) => d.toISOString() });
const bigText = z.codec(z.string().regex(/^\d+$/), z.bigint(), { decode: BigInt, encode: String });
const entries = z.codec(z.array(z.tuple([z.string(), z.number()])), z.map(z.string(), z.number()), {
  decode: (list) => new Map(list),
  encode: (map) => [...map],
});

/** The error that a function throws. */
function refusal(run: () => unknown): ValidationError {
  try {
    run();
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error("The value was accepted.");
}

async function rejection(promise: Promise<unknown>): Promise<ValidationError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return refusal(() => {
    if (error !== undefined) throw error;
  });
}

describe("zod codecs run both ways", () => {
  const epoch = new Date(0);
  test.each<[what: string, schema: z.ZodType, code: unknown, wire: unknown]>([
    ["a Date", isoDate, epoch, "1970-01-01T00:00:00.000Z"],
    ["a bigint", bigText, 2n ** 70n, "1180591620717411303424"],
    ["a Map", entries, new Map([["a", 1]]), [["a", 1]]],
    [
      "nested in objects, arrays, unions, records, tuples and optionals",
      z.object({
        list: z.array(z.object({ at: isoDate })),
        either: z.union([z.object({ k: z.literal("n"), n: bigText }), z.object({ k: z.literal("m"), m: entries })]),
        byName: z.record(z.string(), isoDate),
        pair: z.tuple([isoDate, bigText.nullable()]),
        maybe: isoDate.optional(),
      }),
      { list: [{ at: epoch }], either: { k: "m", m: new Map([["a", 1]]) }, byName: { x: epoch }, pair: [epoch, null] },
      {
        list: [{ at: "1970-01-01T00:00:00.000Z" }],
        either: { k: "m", m: [["a", 1]] },
        byName: { x: "1970-01-01T00:00:00.000Z" },
        pair: ["1970-01-01T00:00:00.000Z", null],
      },
    ],
  ])("%s", async (_what, schema, code, wire) => {
    const coder = coderOf(schema);
    expect(coder.encode(code)).toEqual(wire);
    expect(JSON.parse(JSON.stringify(coder.encode(code)))).toEqual(wire);
    expect(coder.decode(wire)).toEqual(code);
    expect(await coder.decodeAsync(wire)).toEqual(code);
  });

  test("refuse values of the other side, and name the place", () => {
    const coder = coderOf(z.object({ list: z.array(z.object({ at: isoDate })) }));
    expect(refusal(() => coder.decode({ list: [{ at: "yesterday" }] })).issues).toEqual([
      { message: expect.stringContaining("ISO datetime"), path: ["list", 0, "at"] },
    ]);
    expect(refusal(() => coder.encode({ list: [{ at: "1970-01-01T00:00:00.000Z" }] })).message).toMatch(
      /^list\.0\.at: .*date/,
    );
  });
});

describe("parsing", () => {
  test("fills in defaults and drops fields that the schema doesn't know, with and without codecs", () => {
    for (const extra of [{}, { at: isoDate.optional() }]) {
      const coder = coderOf(z.object({ id: z.string(), limit: z.int().default(10), ...extra }));
      expect(coder.decode({ id: "a", colour: "red" })).toEqual({ id: "a", limit: 10 });
      expect(coder.encode({ id: "a", limit: 5, colour: "red" })).toEqual({ id: "a", limit: 5 });
    }
  });

  test("runs a schema without codecs only once, in both directions", () => {
    const check = vi.fn(() => true);
    const coder = coderOf(z.object({ id: z.string().refine(check) }));
    coder.encode({ id: "a" });
    expect(check).toHaveBeenCalledTimes(1);
    coder.decode({ id: "a" });
    expect(check).toHaveBeenCalledTimes(2);
  });

  test("an error's message names every field that doesn't fit, and what is expected there", () => {
    const error = refusal(() =>
      coderOf(z.object({ a: z.object({ b: z.int() }), c: z.string() })).decode({ a: { b: "x" }, c: 1 }),
    );
    expect(error.issues.map(({ path }) => path)).toEqual([["a", "b"], ["c"]]);
    expect(error.message).toMatch(/^a\.b: .*expected number.*; c: .*expected string/);
  });

  test("an error at the root has no path", () => {
    const error = refusal(() => coderOf(z.string()).decode(1));
    expect(error.issues).toEqual([{ message: error.message, path: [] }]);
  });

  test("own keys named __proto__ change no prototype", () => {
    const parsed = coderOf(z.object({ id: z.string() })).decode(JSON.parse('{"id":"a","__proto__":{"admin":true}}'));
    expect(parsed).toEqual({ id: "a" });
    expect((parsed as { admin?: boolean }).admin).toBeUndefined();
  });
});

test("a schema has one coder", () => {
  expect(coderOf(isoDate)).toBe(coderOf(isoDate));
});

describe("other schemas", () => {
  test.each([
    ["zod/mini", mini.object({ id: mini.string(), n: mini.number() })],
    ["valibot", v.object({ id: v.string(), n: v.number() })],
    ["arktype", type({ id: "string", n: "number" })],
  ])("%s accepts and refuses values", async (_vendor, schema) => {
    const coder = coderOf(schema);
    const good = { id: "a", n: 1 };
    const bad = { id: "a", n: "one" };
    expect(coder.encode(good)).toEqual(good);
    expect(coder.decode(good)).toEqual(good);
    expect(await coder.decodeAsync(good)).toEqual(good);
    for (const run of [coder.encode, coder.decode]) {
      expect(refusal(() => run(bad)).issues.map(({ path }) => path)).toEqual([["n"]]);
    }
    await expect(coder.decodeAsync(bad)).rejects.toThrow(ValidationError);
  });

  test("zod/mini codecs run both ways", () => {
    const schema = mini.object({
      at: mini.codec(mini.iso.datetime(), mini.date(), { decode: (t) => new Date(t), encode: (d) => d.toISOString() }),
    });
    expect(coderOf(schema).decode({ at: "1970-01-01T00:00:00.000Z" })).toEqual({ at: new Date(0) });
    expect(coderOf(schema).encode({ at: new Date(0) })).toEqual({ at: "1970-01-01T00:00:00.000Z" });
  });

  test("for another vendor, code sees the input: a transform validates and changes nothing", () => {
    const coder = coderOf(v.pipe(v.string(), v.transform(Number), v.minValue(3)));
    expect(coder.decode("5")).toBe("5");
    expect(coder.encode("5")).toBe("5");
    expect(() => coder.decode("1")).toThrow(ValidationError);
  });
});

describe("asynchronous schemas", () => {
  const later = async (text: string) => text !== "bad";
  test.each([
    ["zod", z.string().refine(later)],
    ["zod with a codec", z.object({ id: z.string().refine(later), at: isoDate.optional() })],
    ["valibot", v.pipeAsync(v.string(), v.checkAsync(later))],
  ])("%s: decodeAsync accepts them, and synchronous methods throw a clear error", async (vendor, schema) => {
    const coder = coderOf(schema);
    const wrap = (id: string) => (vendor === "zod with a codec" ? { id } : id);
    expect(await coder.decodeAsync(wrap("good"))).toEqual(wrap("good"));
    await expect(coder.decodeAsync(wrap("bad"))).rejects.toThrow(ValidationError);
    expect(() => coder.decode(wrap("good"))).toThrow(/^This schema checks asynchronously/);
    expect(() => coder.encode(wrap("good"))).toThrow(TypeError);
  });
});

test("an error that a schema throws is passed on unchanged", () => {
  const broken = z.string().refine(() => {
    throw new RangeError("broken check");
  });
  expect(() => coderOf(broken).decode("a")).toThrow(RangeError);
});

describe("a value that doesn't fit in very many places", () => {
  const wrong = Array(900).fill(1);

  test("reports the first twenty issues and their total number", async () => {
    const coder = coderOf(z.array(z.string()));
    for (const error of [refusal(() => coder.decode(wrong)), await rejection(coder.decodeAsync(wrong))]) {
      expect(error.issues).toHaveLength(20);
      expect(error.message).toMatch(/; and 880 more$/);
      expect(error.message.length).toBeLessThanOrEqual(2_000);
    }
  });

  test.each([
    ["array", z.array(z.string())],
    ["object of them", z.object({ a: z.array(z.string()) })],
    ["checked", z.array(z.string().refine(async () => true))],
  ])("reports only the first issue of a large input: %s", async (_, schema) => {
    const large = Array(100_000).fill(1);
    const { issues } = await rejection(
      coderOf(schema).decodeAsync(schema instanceof z.ZodObject ? { a: large } : large),
    );
    expect(issues).toHaveLength(1);
  });

  test("a large intersection is read to its end: one side may allow what the other refuses", async () => {
    const schema = z.strictObject({ a: z.string() }).and(z.strictObject({ b: z.array(z.string()) }));
    const value = { a: "x", b: Array(2_000).fill("y") };
    expect(await coderOf(schema).decodeAsync(value)).toEqual(value);
  });

  test("reports the first twenty issues for another vendor, too", () => {
    const error = refusal(() => coderOf(v.array(v.string())).decode(wrong));
    expect(error.issues).toHaveLength(20);
    expect(error.message).toMatch(/; and 880 more$/);
  });
});
