import { expect, test } from "vitest";
import { own } from "./own.js";

test("reads what the object has itself, and nothing else", () => {
  const object: Record<string, number> = Object.assign(Object.create({ inherited: 1 }), { given: 2 });
  expect(own(object, "given")).toBe(2);
  for (const key of ["inherited", "toString", "__proto__", "missing"]) expect(own(object, key)).toBeUndefined();
});
