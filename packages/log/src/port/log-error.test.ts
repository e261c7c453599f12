import { expect, it } from "vitest";
import { LogError } from "./log-error.js";

it("says what is known, and the cause", () => {
  const cause = new Error("ECONNREFUSED");
  const error = new LogError("unavailable", "The store can't be reached.", { cause });
  expect(error).toMatchObject({ name: "LogError", code: "unavailable", message: "The store can't be reached.", cause });
});

it("is recognized by its properties, because another copy of the package has its own class", () => {
  const other = Object.assign(new Error("x"), { name: "LogError", code: "unknown" });
  const throwing = Object.defineProperty(new Error("x"), "name", {
    get() {
      throw new Error("y");
    },
  });
  const none = [new Error("x"), Object.assign(new Error("x"), { name: "LogError", code: "other" }), throwing, null];
  expect([new LogError("unknown", "x"), other].every(LogError.is)).toBe(true);
  expect(none.some(LogError.is)).toBe(false);
});
