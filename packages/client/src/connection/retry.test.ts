import { errorTable, SluiceError } from "@sluice/contract";
import { expect, test } from "vitest";
import { createBackoff, retryOf } from "./retry.js";

test("a delay is anywhere between 0 and a bound that doubles up to the greatest", () => {
  const random = [0, 0.5, 0.999, 0.5, 0.5];
  const backoff = createBackoff({ base: 1_000, max: 6_000, random: () => random.shift() as number });
  expect([0, 0, 0, 0, 0].map(() => backoff.next())).toEqual([0, 1_000, 3_996, 3_000, 3_000]);
});

test("a least delay comes on top, and never beyond what timers keep", () => {
  const backoff = createBackoff({ base: 1_000, max: 6_000, random: () => 0.5 });
  expect(backoff.next(10_000)).toBe(10_500);
  expect(backoff.next(1e15)).toBe(2 ** 31 - 1);
});

test("starts over from the base that the server gave last", () => {
  const backoff = createBackoff({ base: 1_000, max: 60_000, random: () => 0.5 });
  backoff.next();
  backoff.rebase(10_000);
  expect(backoff.next()).toBe(10_000);
  backoff.reset();
  expect(backoff.next()).toBe(5_000);
});

test("built-in codes are retried as the table says, all others never", () => {
  for (const [code, { retry }] of Object.entries(errorTable)) expect(retryOf(new SluiceError(code))).toBe(retry);
  expect(retryOf(new SluiceError("busy", { status: 503 }))).toBe("no");
});
