import { describe, expect, it } from "vitest";
import { memoryLog } from "../memory.js";
import { type MemoryLogOptions, resolveOptions } from "./options.js";

describe("resolveOptions", () => {
  it("has documented defaults", () => {
    const { retentions, dedupe, idle, now } = resolveOptions({});
    expect(retentions.base).toEqual({
      events: 10_000,
      bytes: 16_777_216,
      age: 3_600_000,
      stateTtl: Number.POSITIVE_INFINITY,
    });
    expect(dedupe).toEqual({ age: 600_000, keys: 10_000 });
    expect(idle).toBe(600_000);
    expect(Math.abs(now() - Date.now())).toBeLessThan(60_000);
  });

  it("applies an append's retention over retain, and retain over the defaults", () => {
    const { retentions } = resolveOptions({ retain: { events: 5, stateTtl: 60_000 } });
    const base = { events: 5, bytes: 16_777_216, age: 3_600_000, stateTtl: 60_000 };
    expect(retentions.base).toEqual(base);
    expect(retentions.of({ bytes: 7, stateTtl: 9 })).toEqual({ ...base, bytes: 7, stateTtl: 9 });
    expect(() => retentions.of({ ttl: 5 } as never)).toThrow(
      "memoryLog: an append's retain.ttl is not a known option; known options are events, bytes, age, stateTtl.",
    );
  });

  it("accepts Infinity as no limit", () => {
    const none = Number.POSITIVE_INFINITY;
    const { retentions, dedupe } = resolveOptions({ retain: { events: none, age: none }, dedupe: { keys: none } });
    expect(retentions.base).toEqual({ events: none, bytes: 16_777_216, age: none, stateTtl: none });
    expect(dedupe.keys).toBe(none);
  });

  const allowed = "must be a whole number of at least 1, or Infinity; got";
  const refused: [unknown, string][] = [
    [{ retain: { events: -5 } }, `memoryLog: retain.events ${allowed} -5`],
    [{ retain: { bytes: Number.NaN } }, `memoryLog: retain.bytes ${allowed} NaN`],
    [{ retain: { age: 1.5 } }, `memoryLog: retain.age ${allowed} 1.5`],
    [{ retain: { age: "1h" } }, `memoryLog: retain.age ${allowed} "1h"`],
    [{ retain: { stateTtl: 0 } }, `memoryLog: retain.stateTtl ${allowed} 0`],
    [{ retain: null }, "memoryLog: retain must be an object; got null"],
    [{ dedupe: { keys: Number.NEGATIVE_INFINITY } }, `memoryLog: dedupe.keys ${allowed} -Infinity`],
    [{ dedupe: { age: 0 } }, `memoryLog: dedupe.age ${allowed} 0`],
    [{ idle: -1 }, `memoryLog: idle ${allowed} -1`],
    [{ retian: {} }, "memoryLog: retian is not a known option; known options are name, retain, dedupe, idle, now."],
    [
      { retain: { event: 5 } },
      "memoryLog: retain.event is not a known option; known options are events, bytes, age, stateTtl.",
    ],
    [{ dedupe: { ages: 5 } }, "memoryLog: dedupe.ages is not a known option; known options are age, keys."],
    [{ name: 5 }, "memoryLog: name must be a text, not empty; got 5"],
    [{ name: "" }, 'memoryLog: name must be a text, not empty; got ""'],
    [{ now: 5 }, "memoryLog: now must be a function that returns milliseconds; got 5"],
    ["x", 'memoryLog: options must be an object; got "x"'],
  ];
  it.each(refused)("refuses %j and says what is allowed", (options, message) => {
    expect(() => memoryLog(options as MemoryLogOptions)).toThrow(message);
  });
});
