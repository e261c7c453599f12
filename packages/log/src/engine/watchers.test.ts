import { inspect } from "node:util";
import { expect, it, vi } from "vitest";
import type { LogEntry, Wakeup } from "../log.js";
import { Watchers } from "./watchers.js";

const at = (offset: number) => ({ epoch: "e", offset, mark: `m${offset}` });
const entry = (offset: number, data = "1"): LogEntry => ({ type: "t", data, cursor: at(offset), time: 0 });

/** Watchers, and the calls of one of them. */
function watched() {
  const watchers = new Watchers();
  const told: (Wakeup | undefined)[] = [];
  const stop = watchers.add((wakeup) => told.push(wakeup));
  return { watchers, told, stop };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

it("reports all appends of one turn with one call", async () => {
  const watchers = new Watchers();
  const onAppend = vi.fn();
  watchers.add(onAppend);
  watchers.notify();
  watchers.notify();
  expect(onAppend).not.toHaveBeenCalled();
  await turn();
  expect(onAppend).toHaveBeenCalledTimes(1);
  watchers.notify();
  await turn();
  expect(onAppend).toHaveBeenCalledTimes(2);
});

it("does not call a watcher that stopped before the call", async () => {
  const watchers = new Watchers();
  const onAppend = vi.fn();
  const stop = watchers.add(onAppend);
  watchers.add(() => stop());
  const stopEarly = watchers.add(onAppend);
  watchers.notify();
  stopEarly();
  await turn();
  expect(onAppend).toHaveBeenCalledTimes(1);
  expect(watchers.size).toBe(1);
});

it("finishes with listeners that stop and watch again", async () => {
  const watchers = new Watchers();
  let calls = 0;
  let stop = () => false;
  const onAppend = () => {
    calls += 1;
    stop();
    stop = watchers.add(onAppend);
  };
  stop = watchers.add(onAppend);
  watchers.notify();
  await turn();
  expect([calls, watchers.size]).toEqual([1, 1]);
});

it("reports a listener that throws, and continues", async () => {
  const report = vi.spyOn(console, "error").mockImplementation(() => {});
  const watchers = new Watchers();
  const fault = new Error("a listener's fault");
  const onAppend = vi.fn();
  watchers.add(() => {
    throw fault;
  });
  watchers.add(onAppend);
  watchers.notify();
  await turn();
  expect(onAppend).toHaveBeenCalledTimes(1);
  expect(report).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("must not throw"), fault);
  report.mockRestore();
});

it("a listener that throws an unprintable value doesn't prevent the other calls", async () => {
  const watchers = new Watchers();
  const onAppend = vi.fn();
  const print = vi.spyOn(console, "error").mockImplementation((...args) => void args.map((each) => inspect(each)));
  watchers.add(() => {
    throw Object.defineProperty(new Error("x"), "stack", {
      get() {
        throw new Error("y");
      },
    });
  });
  watchers.add(onAppend);
  watchers.notify();
  await turn();
  expect(onAppend).toHaveBeenCalledTimes(1);
  print.mockRestore();
});

it("carries the entries of a turn, and those of a single append unchanged", async () => {
  const { watchers, told } = watched();
  const entries = [entry(1), entry(2)];
  watchers.notify(at(0), entries);
  await turn();
  watchers.notify(at(2), [entry(3)]);
  watchers.notify(at(3), [entry(4), entry(5)]);
  await turn();
  expect(told).toEqual([
    { before: at(0), entries },
    { before: at(2), entries: [entry(3), entry(4), entry(5)] },
  ]);
  expect(told[0]?.entries).toBe(entries);
});

it("carries no entries that don't follow each other", async () => {
  const { watchers, told, stop } = watched();
  watchers.notify(at(0), [entry(1)]);
  watchers.notify(at(2), [entry(3)]);
  await turn();
  watchers.notify(at(3), [entry(4)]);
  watchers.notify();
  watchers.notify(at(4), [entry(5)]);
  await turn();
  // A watcher that starts before the call was not there for the append in between.
  watchers.notify(at(5), [entry(6)]);
  stop();
  watchers.notify(at(6), [entry(7)]);
  const late = vi.fn();
  watchers.add(late);
  watchers.notify(at(7), [entry(8)]);
  await turn();
  expect(told).toEqual([undefined, undefined]);
  expect(late.mock.calls).toEqual([[{ before: at(5), entries: [entry(6), entry(7), entry(8)] }]]);
});

it("carries nothing when there is too much, and carries entries again the next time", async () => {
  const { watchers, told } = watched();
  const many = (count: number, data?: string) => Array.from({ length: count }, (_, i) => entry(i + 1, data));
  for (const entries of [many(64), many(65), many(64, "x".repeat(1_024)), many(64, "x".repeat(1_025))]) {
    watchers.notify(at(0), entries);
    await turn();
  }
  for (const { cursor } of many(65)) watchers.notify(at(cursor.offset - 1), [entry(cursor.offset)]);
  await turn();
  watchers.notify(at(65), [entry(66)]);
  await turn();
  expect(told.map((wakeup) => wakeup?.entries.length)).toEqual([64, undefined, 64, undefined, undefined, 1]);
});

it("does nothing without watchers", () => {
  const queue = vi.spyOn(globalThis, "queueMicrotask");
  new Watchers().notify(at(0), [entry(1)]);
  expect(queue).not.toHaveBeenCalled();
  queue.mockRestore();
});
