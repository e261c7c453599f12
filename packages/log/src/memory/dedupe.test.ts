import { describe, expect, it } from "vitest";
import { DedupeWindow } from "./dedupe.js";

const cursor = { epoch: "e", offset: 1, mark: "m" };

describe("DedupeWindow", () => {
  it("forgets the oldest key beyond its number", () => {
    const keys = new DedupeWindow({ age: 1_000, keys: 2 });
    for (const key of ["a", "b", "c"]) keys.remember(key, cursor, 0);
    expect([keys.find("a"), keys.find("b"), keys.find("c"), keys.size]).toEqual([undefined, cursor, cursor, 2]);
  });

  it("forgets keys beyond their age", () => {
    const keys = new DedupeWindow({ age: 1_000, keys: 10 });
    keys.remember("a", cursor, 0);
    keys.remember("b", cursor, 500);
    keys.expire(1_000);
    expect(keys.find("a")).toBe(cursor);
    keys.expire(1_001);
    expect([keys.find("a"), keys.find("b"), keys.size]).toEqual([undefined, cursor, 1]);
    keys.expire(Number.POSITIVE_INFINITY);
    expect(keys.size).toBe(0);
  });

  it("treats a forgotten key as a new one", () => {
    const keys = new DedupeWindow({ age: 1_000, keys: 1 });
    keys.remember("a", cursor, 0);
    keys.remember("b", cursor, 0);
    const later = { ...cursor, offset: 2 };
    keys.remember("a", later, 0);
    expect([keys.find("a"), keys.find("b")]).toEqual([later, undefined]);
  });
});
