import { expect, test } from "vitest";
import * as z from "zod";
import { codecOf } from "./codec.js";
import { defineContract, mutation, query, subscription } from "./contract.js";
import { ValidationError } from "./validation-error.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const contract = defineContract({
  watch: subscription({
    input: z.object({ since: isoDate }),
    events: { goal: z.string(), over: z.object({ at: isoDate }) },
    state: { schema: z.object({ at: isoDate.nullable() }), initial: { at: null }, apply: {} },
    errors: { late: { data: z.object({ at: isoDate }) }, closed: {} },
  }),
  report: mutation({ output: z.object({ at: isoDate }) }),
  ping: query(),
});
const iso = "2026-01-01T00:00:00.000Z";
const date = new Date(iso);

test("the procedures of a contract carry codecs for everything that they declare", async () => {
  const watch = codecOf(contract.watch);
  expect(watch.encodeInput({ since: date })).toEqual({ since: iso });
  expect(watch.eventDecoder("over")?.({ at: iso })).toEqual({ at: date });
  expect(watch.decodeState({ at: iso })).toEqual({ at: date });
  expect(watch.decodeErrorData("late", { at: iso })).toEqual({ at: date });
  expect(await codecOf(contract.report).decodeOutput({ at: iso })).toEqual({ at: date });
});

test("a value that doesn't fit is a ValidationError", async () => {
  const watch = codecOf(contract.watch);
  expect(() => watch.encodeInput({ since: new Date(Number.NaN) })).toThrow(ValidationError);
  expect(() => watch.eventDecoder("over")?.({})).toThrow(ValidationError);
  expect(() => watch.decodeState({})).toThrow(ValidationError);
  expect(() => watch.decodeErrorData("late", {})).toThrow(ValidationError);
  await expect(codecOf(contract.report).decodeOutput({})).rejects.toThrow(ValidationError);
});

test("without a declared schema, inputs and outputs are undefined and error data passes unchanged", async () => {
  const watch = codecOf(contract.watch);
  expect(watch.eventDecoder("corner")).toBeUndefined();
  expect(watch.eventDecoder("toString")).toBeUndefined();
  expect(watch.decodeErrorData("closed", 1)).toBe(1);
  expect(watch.decodeErrorData("toString", 1)).toBe(1);
  expect(codecOf(contract.ping).encodeInput({ a: 1 })).toBeUndefined();
  expect(await codecOf(contract.ping).decodeOutput(1)).toBeUndefined();
});

test("only procedures of a contract carry a codec, and it is not enumerable", () => {
  expect(() => codecOf(query())).toThrow(
    "This query is not part of a contract: pass a procedure of the object that defineContract returned.",
  );
  expect(codecOf(contract.ping)).toBe(codecOf(contract.ping));
  expect(Reflect.ownKeys({ ...contract.ping })).toEqual(["kind", "path", "input", "output", "errors"]);
});
