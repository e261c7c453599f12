import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import * as core from "zod/v4/core";
import { coderOf, type Schema } from "./schema.js";
import { ValidationError } from "./validation-error.js";

const issuesOf = (schema: Schema, wire: unknown) => {
  try {
    coderOf(schema).decode(wire);
  } catch (error) {
    if (error instanceof ValidationError) return error.issues;
    throw error;
  }
  return [];
};

afterEach(() => void z.config({ ...z.locales.en(), customError: undefined }));

const node = z.object({
  n: z.int().max(3, "too many"),
  get next() {
    return node.optional();
  },
});

describe("the messages are zod's own", () => {
  it.each<[what: string, schema: z.ZodType | mini.ZodMiniType, wire: unknown]>([
    ["a missing field", z.object({ a: z.string() }), {}],
    ["a field's own text", z.object({ a: z.string("say a") }), { a: 1 }],
    ["a text that depends on the value", z.array(z.number({ error: ({ input }) => `not ${input}` })), [1, "b"]],
    ["the text of an object for its unknown keys", z.strictObject({ a: z.string() }, "only a"), { a: "", b: 1 }],
    ["a text of superRefine", z.object({ a: z.int() }).refine(() => false, { path: ["a"], error: "no" }), { a: 1 }],
    ["a check's text", z.string().min(3, { error: "short" }).regex(/^x/), "a"],
    ["a union", z.union([z.object({ a: z.string() }), z.number()]), { a: 1 }],
    ["a discriminated union", z.discriminatedUnion("k", [z.object({ k: z.literal("a") })]), { k: "b" }],
    ["a codec", z.codec(z.iso.datetime(), z.date(), { decode: (t) => new Date(t), encode: String }), "now"],
    ["a recursive schema", node, { n: 1, next: { n: 4, next: 5 } }],
    ["a lazy schema", z.lazy(() => z.object({ a: z.string() })), {}],
    ["zod/mini, which has no locale of its own", mini.object({ a: mini.string() }), { a: 1 }],
  ])("%s", (_, schema, wire) => {
    const { error } = z.safeParse(schema, wire);
    expect(error?.issues).not.toHaveLength(0);
    expect(issuesOf(schema, wire)).toEqual(error?.issues.map(({ message, path }) => ({ message, path })));
    // A second time, for another value of the same schema.
    expect(issuesOf(schema, undefined)).toEqual(
      z.safeParse(schema, undefined).error?.issues.map(({ message, path }) => ({ message, path })),
    );
  });

  it("in the language that the application sets, whenever it sets it", () => {
    const schema = z.object({ a: z.string() });
    expect(issuesOf(schema, {})).toMatchObject([{ message: "Invalid input: expected string, received undefined" }]);
    z.config(z.locales.de());
    expect(issuesOf(schema, {})).toMatchObject([{ message: "Ungültige Eingabe: erwartet string, erhalten undefined" }]);
    z.config({ customError: ({ code }) => `custom ${code}` });
    expect(issuesOf(schema, {})).toMatchObject([{ message: "custom invalid_type" }]);
  });

  it("also for a schema of zod's core, which has no methods", () => {
    const schema = new core.$ZodString({ type: "string", error: () => "a text, please" });
    expect(issuesOf(schema, 5)).toEqual([{ message: "a text, please", path: [] }]);
  });
});

describe("an error map that throws", () => {
  const thrown = new RangeError("from the application");
  const fail = () => {
    throw thrown;
  };

  it("throws the same error, also where checks may be asynchronous", async () => {
    const schema = z.object({ a: z.string({ error: fail }), b: z.string().refine(async () => true) });
    expect(() => coderOf(z.string({ error: fail })).decode(5)).toThrow(thrown);
    await expect(coderOf(schema).decodeAsync({ a: 5, b: "" })).rejects.toBe(thrown);
  });

  it("is named if it is a global one", () => {
    z.config({ customError: fail });
    expect(() => coderOf(z.object({ a: z.string() })).decode({})).toThrow(/^A global error map of zod/);
  });
});
