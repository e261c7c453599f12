import { describe, expect, it } from "vitest";
import { freezeFolded, freezeShared, isFrozenError } from "./freeze.js";

const everyObject = (value: unknown): object[] =>
  typeof value === "object" && value !== null ? [value, ...Object.values(value).flatMap(everyObject)] : [];
const isFrozenWhole = (value: unknown) => everyObject(value).every(Object.isFrozen);

describe("freezeShared", () => {
  it("freezes at any depth, even below a frozen object", () => {
    const value = Object.freeze({ list: Object.freeze([{ n: 1, deep: [[{}]] }]), bare: Object.create(null) });
    expect(freezeShared(value)).toBe(false);
    expect(isFrozenWhole(value)).toBe(true);
  });

  it("ends for a value that contains itself, frozen or not", () => {
    const loop: { self?: unknown; list: unknown[] } = { list: [] };
    loop.self = loop;
    loop.list.push(loop);
    freezeShared(loop);
    freezeShared(loop);
    expect(isFrozenError(attempt(() => loop.list.push(1)))).toBe(true);
  });

  it("accepts any depth", () => {
    let deep: unknown = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    freezeShared(deep);
    expect(Object.isFrozen(deep)).toBe(true);
  });

  it.each([
    ["a Map", new Map()],
    ["a Date", new Date()],
    ["bytes", new Uint8Array(2)],
    ["an instance", new (class Point {})()],
  ])("doesn't freeze %s, and returns true", (_what, value) => {
    expect(freezeShared({ list: [value] })).toBe(true);
    expect(Object.isFrozen(value)).toBe(ArrayBuffer.isView(value) ? Object.isFrozen(value) : false);
  });

  it.each([1, "a", null, undefined, true, () => {}])("ignores %s", (value) => {
    expect(freezeShared(value)).toBe(false);
  });
});

describe("freezeFolded", () => {
  const before = { list: [{ n: 1 }, { n: 2 }, { n: 3 }], by: { a: { n: 1 }, b: [1] }, at: 0 };
  freezeShared(before);
  const steps: Record<string, (state: typeof before) => unknown> = {
    "an item more": (s) => ({ ...s, list: [...s.list, { n: 4, in: [{}] }] }),
    "an item in front": (s) => ({ ...s, list: [{ n: 0 }, ...s.list] }),
    "an item less": (s) => ({ ...s, list: s.list.slice(1) }),
    "another item": (s) => ({ ...s, list: s.list.map((item, i) => (i === 1 ? { ...item, more: [{}] } : item)) }),
    "all items new": (s) => ({ ...s, list: s.list.map((item) => ({ ...item })).reverse() }),
    "a list in place of an object": (s) => ({ ...s, by: [{ n: 1 }] }),
    "a member more": (s) => ({ ...s, by: { ...s.by, c: { deep: [{}] } } }),
    "a state that its author has frozen": (s) => Object.freeze({ ...s, list: [{ n: 1 }], more: { deep: {} } }),
    "the same": (s) => s,
    "something else": () => [{}],
    nothing: () => undefined,
  };
  it.each(Object.entries(steps))("freezes everything that a step has created: %s", (_what, step) => {
    const after = step(before);
    expect(freezeFolded(after, before)).toBe(false);
    expect(isFrozenWhole(after)).toBe(true);
  });

  it("returns true if something can't be frozen", () => {
    expect(freezeFolded({ ...before, seen: new Set() }, before)).toBe(true);
  });

  it("ends for a value that contains itself", () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(freezeFolded(loop, undefined)).toBe(false);
  });
});

const frozen = Object.freeze({ a: 1, list: Object.freeze([2, 1]) }) as { a?: number; b?: number; list: number[] };
const changes: Record<string, () => unknown> = {
  assign: () => (frozen.a = 2),
  add: () => (frozen.b = 2),
  delete: () => delete frozen.a,
  redefine: () => Object.defineProperty(frozen, "a", { value: 3 }),
  push: () => frozen.list.push(1),
  pop: () => frozen.list.pop(),
  shift: () => frozen.list.shift(),
  sort: () => frozen.list.sort(),
  splice: () => frozen.list.splice(0, 1),
  length: () => (frozen.list.length = 0),
};

it.each(Object.entries(changes))("isFrozenError recognises the error of %s on a frozen object", (_name, change) => {
  expect(isFrozenError(attempt(change))).toBe(true);
});

it.each([new TypeError("x.map is not a function"), new Error("not extensible"), undefined, null])(
  "isFrozenError doesn't recognise %s",
  (error) => expect(isFrozenError(error)).toBe(false),
);

function attempt(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
