import type { ReadPage } from "@sluice/log";
import { expect, it } from "vitest";
import { Step } from "../topic/trail.js";
import { HeldPages } from "./held-pages.js";

const cursor = (offset: number) => ({ epoch: "e", offset, mark: "m" });

function lookOf(bytes: number): { look: Parameters<HeldPages["keep"]>[1]; page: ReadPage } {
  const data = "x".repeat(bytes);
  const entries = bytes > 0 ? [{ cursor: cursor(1), type: "post", data, time: 0 }] : [];
  const page: ReadPage = { ok: true, entries, end: cursor(1), head: cursor(9), record: undefined };
  return { look: { opened: { page }, step: new Step(cursor(1)) }, page };
}

it("gives a page back once, to whom it belongs", () => {
  const held = new HeldPages();
  const [a, b] = [{}, {}];
  const [ofA, ofB] = [lookOf(10), lookOf(20)];
  held.keep(a, ofA.look);
  held.keep(b, ofB.look);
  expect([held.take(a), held.take(a), held.take(b), held.take({})]).toEqual([ofA.page, undefined, ofB.page, undefined]);
});

it("holds one page of each subscriber, the last, and counts it once", () => {
  const held = new HeldPages();
  const [reader, other] = [{}, {}];
  held.keep(other, lookOf(900_000).look);
  for (let times = 0; times < 9; times++) held.keep(reader, lookOf(900_000).look);
  const { look, page } = lookOf(10);
  held.keep(reader, look);
  expect([held.take(reader), held.take(reader)]).toEqual([page, undefined]);
  expect(held.take(other)).toBeDefined();
});

it("holds at most 4 MiB, and drops those first that wait longest", () => {
  const held = new HeldPages();
  const all = Array.from({ length: 10 }, (_, index) => ({ index }));
  for (const each of all) held.keep(each, lookOf(900_000).look);
  expect(all.filter((each) => held.take(each)).map(({ index }) => index)).toEqual([6, 7, 8, 9]);
  for (const each of all) held.keep(each, lookOf(900_000).look);
  held.take(all[9] as object);
  held.keep({}, lookOf(5_000_000).look);
  expect(all.filter((each) => held.take(each))).toEqual([]);
});

it("holds no page without entries, and no gap", () => {
  const held = new HeldPages();
  const { look } = lookOf(0);
  held.keep(look, look);
  const gap = { ok: false, reason: "trimmed", oldest: cursor(5), head: cursor(9), record: undefined } as const;
  held.keep(gap, { opened: { page: gap }, step: new Step(cursor(1)) });
  held.keep(held, { step: new Step(cursor(1)) });
  expect([held.take(look), held.take(gap), held.take(held)]).toEqual([undefined, undefined, undefined]);
});
