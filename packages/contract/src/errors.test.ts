import { describe, expect, test } from "vitest";
import { oddThrows } from "../../../test/support/odd-throws.js";
import { errorTable, isBuiltInCode, SluiceError } from "./errors.js";

describe("a SluiceError", () => {
  test.each(Object.entries(errorTable))(
    "of the built-in code %s takes status and message from the table",
    (code, [status, title]) => {
      expect(new SluiceError(code)).toMatchObject({ code, status, message: title });
      expect(isBuiltInCode(code)).toBe(true);
    },
  );

  test("of a declared code has the status 422 and the code as its message by default", () => {
    expect(new SluiceError("matchNotFound")).toMatchObject({ status: 422, message: "matchNotFound", data: undefined });
    const options = { status: 404, message: "No match m1", data: { matchId: "m1" }, retryAfter: 500, cause: 1 };
    expect(new SluiceError("matchNotFound", options)).toMatchObject(options);
    expect(isBuiltInCode("matchNotFound")).toBe(false);
    expect(isBuiltInCode("toString")).toBe(false);
  });

  test("is retryable if the table says so, and never for a code that the contract declares", () => {
    const codes = Object.keys(errorTable).filter((code) => new SluiceError(code).retryable);
    expect(codes).toEqual(["tooManyRequests", "internal", "unavailable", "network", "timeout"]);
    expect(new SluiceError("matchNotFound", { status: 503 }).retryable).toBe(false);
  });

  test("is not retryable if what was asked may have been done", () => {
    for (const [data, retryable] of [
      [{ outcome: "unknown" }, false],
      [{ outcome: "unknown", isKeyed: false }, false],
      [{ outcome: "unknown", isKeyed: true }, true],
      [{ outcome: "none" }, true],
      [null, true],
      ["unknown", true],
    ] as const) {
      expect(new SluiceError("unavailable", { data }).retryable).toBe(retryable);
    }
  });

  test("has no cause if none was given", () => {
    expect("cause" in new SluiceError("gap")).toBe(false);
  });
});

describe("is", () => {
  const gap = new SluiceError("gap");
  test("recognises Sluice errors, by code if one is given", () => {
    expect(SluiceError.is(gap)).toBe(true);
    expect(SluiceError.is(gap, "gap")).toBe(true);
    expect(SluiceError.is(gap, "network")).toBe(false);
  });

  test("recognises errors of another copy of the package", () => {
    class Other extends Error {
      override name = "SluiceError";
      code = "gap";
    }
    expect(SluiceError.is(new Other(), "gap")).toBe(true);
  });

  test.each([new Error("x"), { name: "SluiceError", code: "gap" }, "gap", null, undefined])(
    "doesn't recognise %s",
    (other) => {
      expect(SluiceError.is(other)).toBe(false);
    },
  );
});

describe("from", () => {
  test("returns a Sluice error unchanged", () => {
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

test("errors of the server have an HTTP status, errors that the client raises have none", () => {
  for (const [status, , raisedBy] of Object.values(errorTable)) {
    if (raisedBy === "client") expect(status).toBe(0);
    else expect(status).toBeGreaterThanOrEqual(400);
  }
});

describe.each(oddThrows)("for %s", (_, make) => {
  test("neither is() nor from() throws, and their results are readable", () => {
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
])("a retryAfter of %s becomes %s: at most a day, and finite", (retryAfter, bounded) => {
  expect(new SluiceError("unavailable", { retryAfter }).retryAfter).toBe(bounded);
});
