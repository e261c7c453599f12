import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "./sha256.js";

const reference = (text: string) => createHash("sha256").update(text).digest("hex");

test("is SHA-256 of a text's UTF-8 bytes", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => sha256(text) === reference(text)));
});

test("is correct for every length around the end of a block, and for a long text", () => {
  for (let length = 0; length <= 200; length++) expect(sha256("x".repeat(length))).toBe(reference("x".repeat(length)));
  const long = "é🎉".repeat(200_000);
  expect(sha256(long)).toBe(reference(long));
});
