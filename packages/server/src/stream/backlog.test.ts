import { describe, expect, test } from "vitest";
import { pieceLength } from "../topic/shared-bytes.js";
import { Backlog } from "./backlog.js";

const lane = {};

function drain(backlog: Backlog): (string | Uint8Array)[] {
  const pieces: (string | Uint8Array)[] = [];
  while (!backlog.isEmpty) pieces.push(backlog.shift());
  return pieces;
}

const utf8 = (pieces: (string | Uint8Array)[]) => Buffer.concat(pieces.map((each) => Buffer.from(each))).toString();

test.each([
  ["letters", "a".repeat(3 * pieceLength + 1)],
  ["surrogate pairs that pieces could split", `a${"😀".repeat(2 * pieceLength)}`],
  ["the longest piece", "a".repeat(pieceLength)],
])("returns everything that was pushed, in pieces: %s", (_, text) => {
  const backlog = new Backlog();
  backlog.push(lane, text);
  backlog.push(lane, Buffer.from(text));
  backlog.push(lane, "end");
  const pieces = drain(backlog);
  expect(utf8(pieces)).toBe(`${text}${text}end`);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(pieceLength);
});

describe("discard keeps only the rest of a half-written frame", () => {
  const frame = (length: number) => `data: ${"x".repeat(length - 8)}\n\n`;
  test.each([
    ["in the middle", frame(pieceLength + 100) + frame(100), 100],
    ["between the line ends that close it", frame(pieceLength + 1) + frame(100), 1],
    ["between frames", frame(pieceLength) + frame(100), 0],
  ])("%s", (_, text, rest) => {
    for (const part of [text, Buffer.from(text)]) {
      const backlog = new Backlog();
      backlog.push(lane, part);
      backlog.push(lane, "data: later\n\n");
      backlog.shift();
      backlog.discard(lane);
      expect(utf8(drain(backlog))).toBe(text.slice(pieceLength, pieceLength + rest));
    }
  });

  test("and nothing if no frame is written yet", () => {
    const backlog = new Backlog();
    backlog.push(lane, "data: 1\n\n");
    backlog.discard(lane);
    expect(backlog.isEmpty).toBe(true);
  });

  test("and the frames of other lanes, half written or not", () => {
    const [other, long] = [{}, frame(pieceLength + 10)];
    const backlog = new Backlog();
    backlog.push(other, long);
    backlog.push(lane, "data: lane\n\n");
    backlog.push(other, "data: other\n\n");
    backlog.shift();
    backlog.discard(lane);
    expect(utf8(drain(backlog))).toBe(`${long.slice(pieceLength)}data: other\n\n`);
  });

  test.each([
    [0, ""],
    [1, "data: {}\n\n"],
  ])("and the rest of a frame in two buffers, after %s written pieces", (written, left) => {
    const backlog = new Backlog();
    backlog.push(lane, "event: 7/$snapshot\n", Buffer.from("data: {}\n\n"));
    backlog.push(lane, "data: later\n\n");
    for (let n = 0; n < written; n++) backlog.shift();
    backlog.discard(lane);
    expect(utf8(drain(backlog))).toBe(left);
  });
});
