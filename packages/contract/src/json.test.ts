import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./json.js";
import { jsonValue } from "./wire/arbitrary.test-kit.js";

class Own {
  readonly n = 1;
  toJSON() {
    return this;
  }
}

test.each<[what: string, value: unknown, text: string]>([
  [
    "keys are sorted at every depth",
    { b: [{ d: 1, c: 2 }], a: { f: 1, e: 2 } },
    '{"a":{"e":2,"f":1},"b":[{"c":2,"d":1}]}',
  ],
  ["keys that look like array indices are sorted, too", { 9: 1, 10: 1, a: 1, "-1": 1 }, '{"-1":1,"10":1,"9":1,"a":1}'],
  ["by code unit, not by code point", { "\ufb33": 1, "😀": 2, é: 3, Z: 4 }, '{"Z":4,"é":3,"😀":2,"\ufb33":1}'],
  ["members that are undefined are left out", { b: undefined, a: 1, c: () => 1 }, '{"a":1}'],
  ["items that are undefined are null", [undefined, 1, () => 1], "[null,1,null]"],
  ["holes are null", new Array(2), "[null,null]"],
  ["undefined is null", undefined, "null"],
  ["numbers are written as in ECMAScript", [1.0, -0, 1e21, 1e-7, 0.1], "[1,0,1e+21,1e-7,0.1]"],
  ["strings have the shortest escapes", '"\\\b\u0001/\u2028\ud800', '"\\"\\\\\\b\\u0001/\u2028\\ud800"'],
  ["what toJSON gives is not asked for its own", new Own(), '{"n":1}'],
  ["toJSON is called", { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  [
    "__proto__ is an ordinary key",
    JSON.parse('{"__proto__":{"b":1,"a":2},"a":1}'),
    '{"__proto__":{"a":2,"b":1},"a":1}',
  ],
])("%s (PROTOCOL §6.4)", (_what, value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

/** The same value, with the members of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

test("equal values give equal text, which parses to the value (PROTOCOL §6.4)", () => {
  fc.assert(
    fc.property(jsonValue, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(reversed(value))).toBe(text);
      expect(JSON.parse(text)).toEqual(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test("any keys are sorted by code units (PROTOCOL §6.4)", () => {
  const key = fc.oneof(fc.nat().map(String), fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(fc.uniqueArray(key), (keys) => {
      const text = canonicalJson(Object.fromEntries(keys.map((name) => [name, 0])));
      expect(text).toBe(
        `{${keys
          .toSorted()
          .map((name) => `${JSON.stringify(name)}:0`)
          .join(",")}}`,
      );
    }),
  );
});

test("refuses what JSON cannot represent, with a clear message", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = { list: [circular] };
  expect(() => canonicalJson(circular)).toThrow(TypeError);
  expect(() => canonicalJson({ n: 1n })).toThrow(TypeError);
  const twice = { a: 1 };
  expect(canonicalJson([twice, twice])).toBe('[{"a":1},{"a":1}]');
});
