import { SluiceError } from "@sluice/contract";
import { describe, expect, it } from "vitest";
import { logged } from "../topic/entry.js";
import { decodeRecord, encodeRecord, endingOf, fingerprintOf } from "./record.js";

const input = fingerprintOf("x".repeat(1_000_000));
const bytes = (text: string) => Buffer.byteLength(text);
const failed = (message: string, data?: unknown) => logged.error(new SluiceError("refused", { message, data }));

describe("a run's record", () => {
  it("says with which input it began, however long that was, and how it ended", () => {
    expect(decodeRecord(encodeRecord({ input }))).toEqual({ input, end: undefined });
    for (const end of [logged.end, logged.interrupted, failed("No", { why: "enough" })]) {
      expect(decodeRecord(encodeRecord({ input, end }))).toEqual({ input, end });
    }
    expect(fingerprintOf("a")).not.toBe(fingerprintOf("b"));
  });

  it.each([
    ["data", failed("No", "x".repeat(5_000)), "No"],
    ["a message", failed("é".repeat(5_000)), "é".repeat(64)],
    ["a message of what JSON escapes", failed("\0".repeat(5_000)), "\0".repeat(64)],
    ["a message cut in half a character", failed(`x${"\u{1f600}".repeat(5_000)}`), expect.stringMatching(/^x/)],
  ])("leaves out what is too long for a log's record: %s", (_what, end, message) => {
    const text = encodeRecord({ input, end });
    expect(bytes(text)).toBeLessThanOrEqual(1_024);
    const told = decodeRecord(text)?.end;
    expect([told?.type, JSON.parse(told?.data ?? "")]).toEqual(["$error", { code: "refused", message }]);
  });

  it("says that a run was interrupted where even the code of its error is too long", () => {
    const end = logged.error(new SluiceError("x".repeat(2_000), { message: "" }));
    expect(decodeRecord(encodeRecord({ input, end }))?.end).toEqual(logged.interrupted);
  });

  it("keeps the version of the state, however the run ended and however long that is", () => {
    const code = logged.error(new SluiceError("x".repeat(2_000), { message: "" }));
    for (const end of [undefined, logged.end, failed("\0".repeat(5_000)), code]) {
      const text = encodeRecord({ input, version: Number.MAX_SAFE_INTEGER, end });
      expect(bytes(text)).toBeLessThanOrEqual(1_024);
      expect(decodeRecord(text)).toMatchObject({ input, version: Number.MAX_SAFE_INTEGER });
    }
  });

  it.each(["", "{", "null", "[]", '{"input":1}', undefined])("is none where a log holds %j", (text) => {
    expect(decodeRecord(text)).toBeUndefined();
    expect(endingOf(text)).toMatchObject({ kind: "error", code: "interrupted", final: true });
  });

  it("ends no stream of a run that goes on", () => {
    expect(endingOf(encodeRecord({ input }))).toBeUndefined();
    expect(endingOf(encodeRecord({ input, end: logged.end }))).toEqual({ kind: "end" });
  });
});
