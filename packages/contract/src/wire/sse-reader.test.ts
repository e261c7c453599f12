import { expect, test } from "vitest";
import { createSseReader } from "./sse-reader.js";

/** The calls of the sink for these chunks, one line each. */
function read(chunks: readonly string[], maxLength = 100): unknown[] {
  const got: unknown[] = [];
  const reader = createSseReader(
    {
      message: ({ event, data, id }) => got.push([event, data, id]),
      frame: (frame) => got.push(frame.kind === "retry" ? frame.ms : `:${frame.text}`),
    },
    maxLength,
  );
  for (const chunk of chunks) reader(chunk);
  return got;
}

/** Reads the same, however the text is cut. */
function readAnyhow(text: string): unknown[] {
  const whole = read([text]);
  for (let size = 1; size < text.length; size++) {
    expect(read(text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [])).toEqual(whole);
  }
  return whole;
}

test("a block has a type, data and an id, in any order", () => {
  expect(readAnyhow("id: 1\nevent: a\ndata: x\n\ndata: y\nid: 2\nevent: b\n\n")).toEqual([
    ["a", "x", "1"],
    ["b", "y", "2"],
  ]);
});

test("one space after the colon is not part of the value, further spaces are", () => {
  expect(readAnyhow("data:x\n\ndata: x\n\ndata:  x\n\n")).toEqual(
    ["x", "x", " x"].map((data) => [undefined, data, undefined]),
  );
});

test("a line without a colon is a field without a value", () => {
  expect(readAnyhow("data\n\nevent: a\nevent\ndata: x\nid\n\n")).toEqual([
    [undefined, "", undefined],
    [undefined, "x", ""],
  ]);
});

test.each([
  "dat",
  "dat:",
  "dataset: x",
  "Data: x",
  "data : x",
  "i",
  "idle: x",
  "events: x",
  "retry: soon",
  "retry:",
  "retry: -1",
])("the line %j is ignored", (line) =>
  expect(readAnyhow(`${line}\ndata: 1\n\n`)).toEqual([[undefined, "1", undefined]]),
);

test("several data lines are joined, including empty ones", () => {
  expect(readAnyhow("data: a\ndata:\ndata\ndata: b\n\n")).toEqual([[undefined, "a\n\n\nb", undefined]]);
});

test("a block without data is ignored, and doesn't affect the next block", () => {
  expect(readAnyhow("event: a\nid: 1\n\n\ndata: x\n\n")).toEqual([[undefined, "x", undefined]]);
});

test("comments and retry are reported at once", () => {
  expect(readAnyhow(": hb\n:\n:x\nretry: 1000\nretry:5\n\n")).toEqual([":hb", ":", ":x", 1000, 5]);
});

test("lines end in LF, CRLF or CR, and a CR at the end of a chunk ends a line at once", () => {
  for (const lineEnd of ["\n", "\r\n", "\r"]) {
    expect(readAnyhow(`data: x${lineEnd}${lineEnd}data: y${lineEnd}${lineEnd}`)).toHaveLength(2);
    expect(read([`data: x${lineEnd}${lineEnd}`])).toHaveLength(1);
  }
});

test("a line of a megabyte in pieces of 16 characters takes linear time", () => {
  const piece = "x".repeat(16);
  const pieces = Array.from({ length: 2 ** 16 }, () => piece);
  const [message] = read(["data: ", ...pieces, "\n\n"], 2 ** 21) as [[undefined, string]];
  expect(message[1]).toBe(piece.repeat(2 ** 16));
});

test("data over the limit is refused before it ends", () => {
  expect(read([`data: ${"x".repeat(100)}\n\n`])).toHaveLength(1);
  for (const text of [`data: ${"x".repeat(101)}\n\n`, "x".repeat(107), "data: x\n".repeat(60)]) {
    expect(() => read([text])).toThrow("A frame is longer than 100 characters");
  }
});
