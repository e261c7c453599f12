import { describe, expect, test } from "vitest";
import { oddThrows } from "../../../test/support/odd-throws.js";
import { errorTable, isBuiltInCode, SluiceError } from "./errors.js";

describe("a SluiceError", () => {
  test.each(Object.entries(errorTable))(
    "of the built-in code %s takes status and message from the table",
    (code, row) => {
      expect(new SluiceError(code)).toMatchObject({ code, status: row.status, message: row.title });
      expect(isBuiltInCode(code)).toBe(true);
    },
  );

  test("of a declared code is 422 and says its code, unless told otherwise", () => {
    expect(new SluiceError("matchNotFound")).toMatchObject({ status: 422, message: "matchNotFound", data: undefined });
    const options = { status: 404, message: "No match m1", data: { matchId: "m1" }, retryAfter: 500, cause: 1 };
    expect(new SluiceError("matchNotFound", options)).toMatchObject(options);
    expect(isBuiltInCode("matchNotFound")).toBe(false);
    expect(isBuiltInCode("toString")).toBe(false);
  });

  test("is retryable if its code says that trying again may help, and never if the contract declares it", () => {
    const codes = Object.keys(errorTable).filter((code) => new SluiceError(code).retryable);
    expect(codes).toEqual(["tooManyRequests", "internal", "unavailable", "network", "timeout"]);
    expect(new SluiceError("matchNotFound", { status: 503 }).retryable).toBe(false);
  });

  test("has no cause where none was given", () => {
    expect("cause" in new SluiceError("gap")).toBe(false);
  });
});

describe("is", () => {
  const gap = new SluiceError("gap");
  test("knows Sluice errors, by code if asked", () => {
    expect(SluiceError.is(gap)).toBe(true);
    expect(SluiceError.is(gap, "gap")).toBe(true);
    expect(SluiceError.is(gap, "network")).toBe(false);
  });

  test("knows those of another copy of the package", () => {
    class Other extends Error {
      override name = "SluiceError";
      code = "gap";
    }
    expect(SluiceError.is(new Other(), "gap")).toBe(true);
  });

  test.each([new Error("x"), { name: "SluiceError", code: "gap" }, "gap", null, undefined])(
    "doesn't take %s for one",
    (other) => {
      expect(SluiceError.is(other)).toBe(false);
    },
  );
});

describe("from", () => {
  test("hands a Sluice error on as it is", () => {
    const gap = new SluiceError("gap");
    expect(SluiceError.from(gap)).toBe(gap);
  });

  test.each([new Error("password is hunter2"), "password is hunter2", { password: "hunter2" }, null])(
    "makes anything else internal, and keeps what it says on this side (PROTOCOL §3)",
    (thrown) => {
      const error = SluiceError.from(thrown);
      expect(error).toMatchObject({ code: "internal", status: 500, message: "Internal error", data: undefined });
      expect(error.cause).toBe(thrown);
    },
  );
});

test("what a client sees of an error before a stream has an HTTP status, what it raises itself has none", () => {
  for (const { raisedBy, status } of Object.values(errorTable)) {
    if (raisedBy === "client") expect(status).toBe(0);
    else expect(status).toBeGreaterThanOrEqual(400);
  }
});

describe.each(oddThrows)("of %s", (_, make) => {
  test("neither is, from nor what they give throws", () => {
    expect(SluiceError.is(make(), "gap")).toBe(false);
    const { code, message, status, data, issues, retryAfter } = SluiceError.from(make());
    expect({ code, message, status, data, issues, retryAfter }).toMatchObject({ code: "internal", status: 500 });
  });
});

test.each([
  [1_500, 1_500],
  [0, 0],
  [-1, 0],
  [1e30, 86_400_000],
  [Number.POSITIVE_INFINITY, undefined],
  [Number.NaN, undefined],
  ["7" as never, undefined],
])("a retryAfter of %s is %s: no more than a day, and nothing that is none", (retryAfter, bounded) => {
  expect(new SluiceError("unavailable", { retryAfter }).retryAfter).toBe(bounded);
});
