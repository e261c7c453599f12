import fc from "fast-check";
import { expect, it } from "vitest";
import { SharedBytes } from "./shared-bytes.js";

it("contains the text's bytes, framed as one HTTP/1.1 chunk", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 5_000 }), (text) => {
      const bytes = new SharedBytes(text);
      const [plain, chunked] = [Buffer.from(bytes.plain), Buffer.from(bytes.chunked)];
      expect(plain.toString()).toBe(Buffer.from(text).toString());
      const [length = ""] = chunked.toString("latin1").split("\r\n", 1);
      expect(Number.parseInt(length, 16)).toBe(plain.length);
      expect(chunked.subarray(length.length + 2, -2).equals(plain)).toBe(true);
      expect(chunked.subarray(-2).toString()).toBe("\r\n");
      expect(chunked.length).toBe(length.length + 2 + plain.length + 2);
    }),
  );
});
