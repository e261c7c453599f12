import { expect, test } from "vitest";
import { reducerOf } from "./reducer.js";

const event = (n: number) => ({ type: "tick", data: n, id: `E.${n}.m` });
const numbers = (data: unknown) => (data as { data: number }[]).map(({ data }) => data);

test("a list holds the last events, newest last, whatever its size and however many come", () => {
  for (const size of [1, 2, 3, 50]) {
    const list = reducerOf({ view: "list", size });
    for (let n = 1; n <= 177; n++) {
      list.event(event(n));
      if (n % 7 !== 0) continue;
      const expected = Array.from({ length: Math.min(n, size) }, (_, i) => n - Math.min(n, size) + 1 + i);
      expect(numbers(list.read())).toEqual(expected);
    }
  }
});

test("a list that was read never changes", () => {
  const list = reducerOf({ view: "list", size: 3 });
  list.event(event(1));
  const before = list.read();
  expect(list.read()).toBe(before);
  list.event(event(2));
  expect(numbers(before)).toEqual([1]);
  expect(numbers(list.read())).toEqual([1, 2]);
});

test("a list and a fold start again after a reset, the latest event and the state stay", () => {
  const views = [
    reducerOf({ view: "list", size: 3 }),
    reducerOf({ view: "fold", key: "n", initial: 0, step: (n) => (n as number) + 1 }),
    reducerOf({ view: "latest" }),
    reducerOf({ view: "state" }),
  ];
  for (const view of views) {
    view.event(event(1));
    view.state("old");
    view.reset();
  }
  expect(views.map((view) => view.read())).toEqual([[], 0, event(1), "old"]);
});

test("a fold's value is its own: a step that changes it in place throws, and the initial value stays", () => {
  const initial: number[] = [];
  const step = (value: unknown, { data }: { data: unknown }) => {
    (value as unknown[]).push(data);
    return value;
  };
  const fold = reducerOf({ view: "fold", key: "all", initial, step });
  expect(() => fold.event(event(1))).toThrow(/event "tick" of "all" changes its state/);
  expect([fold.read(), initial]).toEqual([[], []]);
  const later = reducerOf({ view: "fold", key: "all", initial, step: (_, { data }) => [data] });
  later.event(event(1));
  expect(() => (later.read() as unknown[]).push(2)).toThrow(TypeError);
});

test("a list that several components show can't be changed by one of them", () => {
  const list = reducerOf({ view: "list", size: 3 });
  list.event(event(1));
  expect(() => (list.read() as unknown[]).pop()).toThrow(TypeError);
});
