import { describe, expect, test } from "vitest";
import * as z from "zod";
import { encodeInput } from "./encode-input.js";
import { coderOf } from "./schema.js";
import { inspectZod } from "./schema-rules.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), { decode: (t) => new Date(t), encode: (d) => d.toISOString() });
const epoch = new Date(0);
const text = "1970-01-01T00:00:00.000Z";

describe("a schema that creates its parts anew every time they are read", () => {
  const list = (value: z.ZodType): z.ZodType => z.lazy(() => z.object({ value, next: list(value).optional() }));
  const tree = (value: z.ZodType): z.ZodType =>
    z.object({
      value,
      get left() {
        return tree(value).optional();
      },
      get right() {
        return tree(value).optional();
      },
    });

  test.each([
    ["list", list],
    ["tree", tree],
  ])("is inspected up to a limit: %s", (_, make) => {
    expect(inspectZod(make(z.string()))).toMatchObject({ hasCodec: false, oneWay: [], notJson: [], asyncAt: [] });
    expect(inspectZod(make(isoDate)).hasCodec).toBe(true);
    expect(inspectZod(make(z.date())).notJson[0]).toEqual({ at: "value", type: "date" });
    expect(inspectZod(make(z.string().transform(Number))).oneWay[0]).toBe("value");
    expect(inspectZod(make(z.string().refine(async () => true))).asyncAt[0]).toBe("value");
  });

  test("runs both ways, including codecs", () => {
    const schema = list(isoDate);
    const value = { value: epoch, next: { value: epoch, next: { value: epoch } } };
    const wire = { value: text, next: { value: text, next: { value: text } } };
    expect(coderOf(schema).encode(value)).toEqual(wire);
    expect(coderOf(schema).decode(wire)).toEqual(value);
    expect(encodeInput(schema, value)).toEqual(wire);
  });
});

test("finds a codec behind a long chain of schemas", () => {
  let schema: z.ZodType = isoDate;
  for (let level = 0; level < 20; level++) {
    const inner = schema;
    schema = z.lazy(() => z.object({ inner }));
  }
  expect(inspectZod(schema).hasCodec).toBe(true);
});

test.each([
  ["refine", z.string().refine(async () => true)],
  ["a check", z.string().check(z.refine(async () => true))],
  ["custom", z.custom(async () => true)],
  ["a codec", z.codec(z.string(), z.string(), { decode: async (t) => t, encode: (t) => t })],
])("detects asynchronous functions: %s", (_, schema) => {
  expect(inspectZod(z.object({ a: z.array(schema) })).asyncAt).toEqual(["a.*"]);
});

test("detects schemas that run the application's code", () => {
  expect(inspectZod(z.object({ a: z.email(), b: z.int().max(5).default(1) })).runsCode).toBe(false);
  expect(inspectZod(z.object({ a: z.string().superRefine(() => {}) })).runsCode).toBe(true);
  expect(inspectZod(isoDate).runsCode).toBe(true);
});
