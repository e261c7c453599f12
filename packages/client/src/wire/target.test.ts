import type { SluiceError } from "@sluice/contract";
import { expect, test } from "vitest";
import { wireSubscription } from "../procedure/wire-procedure.js";
import { encodeTarget } from "./target.js";

const textOf = (input: unknown) => encodeTarget(wireSubscription("feed"), input).text;

test.each<[string, unknown, unknown]>([
  ["fields", { a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }],
  ["keys that look like indices", { 10: 1, 2: 1, b: 1 }, { b: 1, 2: 1, 10: 1 }],
  ["a missing field", { a: 1 }, { a: 1, b: undefined }],
  ["values with a form of their own", { at: new Date(0) }, { at: "1970-01-01T00:00:00.000Z" }],
  ["an object without a prototype", { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
])("the text is the same for equal inputs: %s", (_, one, other) => {
  expect(textOf(one)).toBe(textOf(other));
  expect(JSON.parse(textOf(one) as string)).toEqual(JSON.parse(JSON.stringify(other)));
});

test.each<[string, unknown, unknown]>([
  ["an item of an array", [1, 2], [2, 1]],
  ["a key named __proto__", JSON.parse('{"__proto__":{"a":1}}'), {}],
  ["an object and an array", { 0: 1 }, [1]],
  ["null and no field", { a: null }, {}],
  ["a text and a number", "1", 1],
])("the text differs by %s", (_, one, other) => {
  expect(textOf(one)).not.toBe(textOf(other));
});

test("without an input there is no text", () => {
  expect(textOf(undefined)).toBeUndefined();
});

test.each<[string, unknown, RegExp]>([
  ["contains itself", circular(), /circular/],
  ["contains itself in an array", [circular()], /circular/],
  ["has a bigint", { n: 1n }, /BigInt/],
])("an input that %s is refused as badRequest, and the message says why", (_, input, message) => {
  expect(() => encodeTarget(wireSubscription("feed"), input)).toThrow(
    expect.objectContaining<Partial<SluiceError>>({ code: "badRequest", message: expect.stringMatching(message) }),
  );
});

function circular(): object {
  const input: Record<string, unknown> = {};
  input["self"] = { input };
  return input;
}
