import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogEvent } from "../log.js";
import { chainMark, genesisMark } from "./mark.js";

const event = fc.record({ type: fc.string({ unit: "binary" }), data: fc.string({ unit: "binary" }) });

function markOf(history: readonly LogEvent[]): string {
  return history.reduce(chainMark, genesisMark);
}

describe("chainMark", () => {
  it("is the same for the same history", () => {
    fc.assert(
      fc.property(fc.array(event), (history) => {
        expect(markOf(history)).toBe(markOf(structuredClone(history)));
      }),
    );
  });

  it("consists of 12 characters that a header can carry", () => {
    fc.assert(
      fc.property(fc.string(), event, (previous, next) => {
        expect(chainMark(previous, next)).toMatch(/^[0-9a-v]{12}$/);
      }),
    );
  });

  it("differs for histories that differ", () => {
    fc.assert(
      fc.property(fc.array(event), fc.array(event), (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(markOf(one)).not.toBe(markOf(other));
      }),
    );
  });

  it("depends on where the type ends and the data begins", () => {
    expect(chainMark("0", { type: "ab", data: "c" })).not.toBe(chainMark("0", { type: "a", data: "bc" }));
    expect(chainMark("0", { type: "", data: "abc" })).not.toBe(chainMark("0", { type: "abc", data: "" }));
    expect(chainMark("0a", { type: "b", data: "" })).not.toBe(chainMark("0", { type: "ab", data: "" }));
    expect(chainMark("0", { type: "\0", data: "" })).not.toBe(chainMark("0", { type: "", data: "\0" }));
  });

  it("differs for long texts that differ in one character, or in one at their end", () => {
    const texts = fc.string({ unit: "binary", minLength: 30, maxLength: 12_000, size: "max" });
    fc.assert(
      fc.property(texts, fc.nat(), fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), (data, at, other) => {
        const characters = [...data];
        const changed = characters.with(at % characters.length, other).join("");
        const all = [
          data,
          `${data}\0`,
          `${data}\0\0`,
          `\0${data}`,
          data.slice(0, -1),
          ...(changed === data ? [] : [changed]),
        ];
        expect(new Set(all.map((each) => chainMark("0", { type: "t", data: each }))).size).toBe(all.length);
      }),
      { numRuns: 200 },
    );
  });

  it("differs for long texts in which a NUL and another character change places, where they are encoded in parts", () => {
    for (let before = 8_180; before < 8_200; before += 1) {
      for (const other of ["é", "\u0800", "😀", "\x01"]) {
        const [one, two] = [`\0${other}`, `${other}\0`].map((end) => ({ type: "t", data: "x".repeat(before) + end }));
        expect(chainMark("0", one as LogEvent)).not.toBe(chainMark("0", two as LogEvent));
      }
    }
  });

  it("depends on every event before", () => {
    const events = ["a", "b", "c"].map((data) => ({ type: "t", data }));
    for (const i of events.keys()) {
      expect(markOf(events.with(i, { type: "t", data: "x" }))).not.toBe(markOf(events));
      expect(markOf(events.toSpliced(i, 1))).not.toBe(markOf(events));
    }
    expect(markOf(events.toReversed())).not.toBe(markOf(events));
  });

  it("has no collision in 200,000 marks of near-equal events", () => {
    const seen = new Set<string>();
    let chained = genesisMark;
    for (let i = 0; i < 100_000; i += 1) {
      chained = chainMark(chained, { type: "t", data: "1" });
      seen.add(chained);
      seen.add(chainMark(genesisMark, { type: "goal", data: `{"minute":${i}}` }));
    }
    expect(seen.size).toBe(200_000);
  });

  it.each([
    ["short", '{"team":"home","minute":12}'],
    ["long", JSON.stringify({ text: "Goal! ".repeat(20), minute: 12 })],
    ["longer than what is encoded at once", `${"é".repeat(4_090)}${"€uro".repeat(30)}`],
  ])("flips about half of its bits for one flipped bit, wherever that is, of a %s text", (_, data) => {
    const bits = (mark: string) => [...mark].map((digit) => Number.parseInt(digit, 32).toString(2).padStart(5, "0"));
    const whole = bits(chainMark("0", { type: "goal", data })).join("");
    for (let at = 0; at < data.length; at += 1) {
      const flipped = data.slice(0, at) + String.fromCharCode(data.charCodeAt(at) ^ 1) + data.slice(at + 1);
      const other = bits(chainMark("0", { type: "goal", data: flipped })).join("");
      const distance = [...whole].filter((bit, i) => bit !== other[i]).length;
      expect(distance).toBeGreaterThan(10);
      expect(distance).toBeLessThan(50);
    }
  });
});
