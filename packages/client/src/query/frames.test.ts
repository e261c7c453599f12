// It counts the timers of the whole process, so it has one of its own:
// @vitest-environment-options {"process":"own"}

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFrames } from "./frames.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const counter = () => {
  const item = { flushed: 0, flush: () => void item.flushed++ };
  return item;
};

test("combines all scheduled work into one frame", () => {
  const frames = createFrames((work) => work());
  const [one, two] = [counter(), counter()];
  for (let n = 0; n < 100; n++) {
    frames.schedule(one);
    frames.schedule(two);
  }
  expect([one.flushed, two.flushed]).toEqual([0, 0]);
  vi.advanceTimersByTime(16);
  expect([one.flushed, two.flushed]).toEqual([1, 1]);
  expect(vi.getTimerCount()).toBe(0);
});

test("works without frames if the platform has none", () => {
  vi.stubGlobal("requestAnimationFrame", undefined);
  const frames = createFrames((work) => work());
  const item = counter();
  frames.schedule(item);
  vi.advanceTimersByTime(15);
  expect(item.flushed).toBe(0);
  vi.advanceTimersByTime(1);
  expect(item.flushed).toBe(1);
});

test("urgent work runs at the end of the task, even if a frame is pending", async () => {
  const frames = createFrames((work) => work());
  const item = counter();
  frames.schedule(item);
  frames.soon(item);
  frames.soon(item);
  expect(item.flushed).toBe(0);
  await Promise.resolve();
  expect(item.flushed).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("cancelled work is not flushed, and the last one cancels its frame", async () => {
  const frames = createFrames((work) => work());
  const [one, two] = [counter(), counter()];
  frames.schedule(one);
  frames.schedule(two);
  frames.soon(two);
  frames.cancel(two);
  await Promise.resolve();
  vi.advanceTimersByTime(16);
  expect([one.flushed, two.flushed]).toEqual([1, 0]);
  frames.schedule(one);
  frames.cancel(one);
  expect(vi.getTimerCount()).toBe(0);
});

test("work that is scheduled during a flush runs in the next frame", () => {
  const frames = createFrames((work) => work());
  const item = counter();
  frames.schedule({ flush: () => frames.schedule(item) });
  vi.advanceTimersByTime(16);
  expect(item.flushed).toBe(0);
  vi.advanceTimersByTime(16);
  expect(item.flushed).toBe(1);
});
