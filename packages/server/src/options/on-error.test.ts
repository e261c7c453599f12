import { inspect } from "node:util";
import { beforeEach, expect, test, vi } from "vitest";
import { oddThrows } from "../../../../test/support/odd-throws.js";
import { guardedReport, printReport } from "./on-error.js";

// As the real console does, this throws at a value that cannot be inspected.
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation((...args) => void args.map((each) => inspect(each)));
});
const labels = () => vi.mocked(console.error).mock.calls.map(([label]) => label);

test.each(oddThrows)("an error that cannot be inspected is still printed: %s", (_, make) => {
  printReport({ error: make(), path: "scores/watch" });
  expect(labels()).toContain("[sluice] scores/watch:");
});

test.each(oddThrows)("an error that onError throws or rejects with goes no further: %s", async (_, make) => {
  const fail = () => {
    throw make();
  };
  guardedReport(fail)({ error: new Error("x"), path: "scores/watch" });
  guardedReport(async () => fail())({ error: new Error("x"), path: "scores/watch" });
  await new Promise((resolve) => setImmediate(resolve));
  expect(labels().filter((label) => label === "[sluice] onError:").length).toBeGreaterThan(1);
});
