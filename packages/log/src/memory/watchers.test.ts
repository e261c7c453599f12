import { inspect } from "node:util";
import { expect, it, vi } from "vitest";
import { Watchers } from "./watchers.js";

const turn = () => new Promise((resolve) => setTimeout(resolve));

it("tells of all appends of one turn with one call", async () => {
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

it("tells nobody who stopped before the call came", async () => {
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

it("comes to an end with listeners that stop and watch anew", async () => {
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

it("reports a listener that throws, and goes on", async () => {
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

it("a listener that throws what cannot be printed keeps nobody else from hearing", async () => {
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
