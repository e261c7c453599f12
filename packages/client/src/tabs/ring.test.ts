import { expect, it } from "vitest";
import { at, post } from "../test-kit/set-up.test-kit.js";
import { createRing } from "./ring.js";

const ids = (frames: readonly { readonly id?: string }[] | undefined) => frames?.map(({ id }) => id);

it("gives what follows a cursor that it has, and its start", () => {
  const ring = createRing(at(4));
  for (const offset of [5, 6, 7]) ring.push(post("x", offset));
  ring.push({ kind: "at", id: at(9) });
  expect(ids(ring.after(at(4)))).toEqual([at(5), at(6), at(7), at(9)]);
  expect(ids(ring.after(at(6)))).toEqual([at(7), at(9)]);
  expect(ids(ring.after(at(9)))).toEqual([]);
  for (const unknown of [at(3), at(8), at(10), at(6, "F")]) expect(ring.after(unknown)).toBeUndefined();
});

it("gives the latest frames of a cursor that came twice, as after a drain", () => {
  const ring = createRing(at(4));
  for (const offset of [5, 6, 5, 6, 7]) ring.push(post("x", offset));
  expect(ids(ring.after(at(6)))).toEqual([at(7)]);
});

it("knows nothing of what was before a restart", () => {
  const ring = createRing(at(4));
  ring.push(post("x", 5));
  ring.restart(undefined);
  for (const cursor of [at(4), at(5)]) expect(ring.after(cursor)).toBeUndefined();
  ring.push(post("x", 9));
  expect(ids(ring.after(at(9)))).toEqual([]);
  expect(ring.after(at(5))).toBeUndefined();
});

it.each([
  ["small", "x", 5_000, 1_000],
  ["long", "x".repeat(2_000), 500, 40],
])("keeps a bounded number of %s events, and none is missing among them", (_, data, events, most) => {
  const ring = createRing(at(0));
  for (let offset = 1; offset <= events; offset++) {
    ring.push(post(data, offset));
    if (offset % 7 !== 0) continue;
    expect(ring.after(at(offset - most - 1))).toBeUndefined();
    const back = Math.min(offset, Math.floor(most / 3));
    expect(ring.after(at(offset - back))).toHaveLength(back);
  }
});

it("doesn't keep an event that is longer than all it may keep", () => {
  const ring = createRing(at(0));
  ring.push(post("x", 1));
  ring.push(post("x".repeat(100_000), 2));
  expect(ring.after(at(1))).toBeUndefined();
  expect(ids(ring.after(at(2)))).toEqual([]);
});
