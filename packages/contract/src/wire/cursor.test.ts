import fc from "fast-check";
import { expect, test } from "vitest";
import { cursor as cursorArbitrary } from "./arbitrary.test-kit.js";
import { formatCursor, maxCursorLength, parseCursor, reservedId } from "./cursor.js";

test("a formatted cursor parses to the same cursor (PROTOCOL §6.1)", () => {
  fc.assert(
    fc.property(cursorArbitrary, (cursor) => {
      expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
    }),
  );
});

test("a parsed text formats to the same text, and any other text is not a cursor", () => {
  const nearly = fc.array(fc.constantFrom("a", "Z", "_", "-", ".", "0", "1", "42", " ", "é", "\n", "+", "e", "$"), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        nearly.map((parts) => parts.join("")),
      ),
      (text) => {
        const cursor = parseCursor(text);
        if (cursor) expect(formatCursor(cursor)).toBe(text);
        expect(cursor !== undefined).toBe(/^[\w-]+\.(0|[1-9]\d*)\.[\w-]+$/.test(text) && !text.includes("\n"));
      },
    ),
    { numRuns: 1000 },
  );
});

test.each([
  ["empty", ""],
  ["no offset", "abc"],
  ["two parts", "a.1"],
  ["four parts", "a.1.b.c"],
  ["an empty epoch", ".1.b"],
  ["an empty mark", "a.1."],
  ["a negative offset", "a.-1.b"],
  ["a fraction", "a.1.5.b"],
  ["an exponent", "a.1e3.b"],
  ["a leading zero", "a.01.b"],
  ["an offset beyond safe integers", "a.9007199254740992.b"],
  ["a line break at the end", "a.1.b\n"],
  ["a space in front", " a.1.b"],
  ["a letter that is not ASCII", "é.1.b"],
  ["a reserved id", reservedId.end],
  ["a reserved id", reservedId.once],
])("a text with %s is not a cursor: %j (PROTOCOL §6.1)", (_what, text) => {
  expect(parseCursor(text)).toBeUndefined();
});

test("a cursor has at most 128 bytes (PROTOCOL §6.1)", () => {
  expect(maxCursorLength).toBe(128);
  expect(parseCursor(`${"e".repeat(124)}.1.m`)).toMatchObject({ offset: 1 });
  expect(parseCursor(`${"e".repeat(125)}.1.m`)).toBeUndefined();
});

test("the largest offset is the largest safe integer (PROTOCOL §6.1)", () => {
  expect(parseCursor("a.9007199254740991.b")?.offset).toBe(Number.MAX_SAFE_INTEGER);
});
