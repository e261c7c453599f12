import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeAll, jsonValue } from "./arbitrary.test-kit.js";
import { encodeFrame } from "./encode.js";
import type { Frame } from "./frame.js";

const cursor = "k3Jx9QmT.42.8f1c2d";

test.each<[section: string, Frame, text: string]>([
  [
    "5.2",
    { kind: "event", type: "goal", data: '{"m":1}', id: cursor },
    `id: ${cursor}\nevent: goal\ndata: {"m":1}\n\n`,
  ],
  ["5.2", { kind: "event", type: "token", data: '"Hi"' }, 'event: token\ndata: "Hi"\n\n'],
  [
    "5.3",
    { kind: "open", stream: "live", heartbeat: 15_000, resumable: true, head: cursor },
    `event: $open\ndata: {"kind":"live","heartbeat":15000,"resumable":true,"head":"${cursor}"}\n\n`,
  ],
  [
    "5.3",
    { kind: "open", stream: "stream", heartbeat: 15_000, resumable: false, id: "$once" },
    'id: $once\nevent: $open\ndata: {"kind":"stream","heartbeat":15000,"resumable":false}\n\n',
  ],
  [
    "5.4",
    { kind: "snapshot", data: '{"home":1}', id: cursor },
    `id: ${cursor}\nevent: $snapshot\ndata: {"home":1}\n\n`,
  ],
  ["5.5", { kind: "live", id: cursor }, `id: ${cursor}\nevent: $live\ndata: {}\n\n`],
  ["5.5", { kind: "live" }, "event: $live\ndata: {}\n\n"],
  [
    "5.6",
    { kind: "reset", reason: "trimmed", oldest: "e.1.a", head: "e.2.b" },
    'event: $reset\ndata: {"reason":"trimmed","oldest":"e.1.a","head":"e.2.b"}\n\n',
  ],
  ["5.7", { kind: "at", id: cursor }, `id: ${cursor}\nevent: $at\ndata: {}\n\n`],
  [
    "5.8",
    { kind: "error", code: "gap", message: "Gone", data: { at: 1 }, final: true },
    'id: $end\nevent: $error\ndata: {"code":"gap","message":"Gone","data":{"at":1},"final":true}\n\n',
  ],
  [
    "5.8",
    { kind: "error", code: "unavailable", message: "Later", final: false },
    'event: $error\ndata: {"code":"unavailable","message":"Later","final":false}\n\n',
  ],
  ["5.9", { kind: "end" }, "id: $end\nevent: $end\ndata: {}\n\n"],
  ["5.10", { kind: "drain", retry: 850 }, 'retry: 850\nevent: $drain\ndata: {"retry":850}\n\n'],
  ["5.11", { kind: "comment", text: "hb" }, ": hb\n\n"],
  ["5.12", { kind: "store", up: false }, 'event: $store\ndata: {"up":false}\n\n'],
  ["5.11", { kind: "retry", ms: 1000 }, "retry: 1000\n\n"],
  [
    "10.2",
    { kind: "event", type: "goal", data: "1", id: cursor, lane: 7 },
    `id: ${cursor}\nevent: 7/goal\ndata: 1\n\n`,
  ],
  ["10.2", { kind: "end", lane: 0 }, "event: 0/$end\ndata: {}\n\n"],
  [
    "10.2",
    { kind: "error", code: "notFound", message: "Not found", final: true, lane: 7 },
    'event: 7/$error\ndata: {"code":"notFound","message":"Not found","final":true}\n\n',
  ],
  [
    "10.2",
    { kind: "open", stream: "live", heartbeat: 1, resumable: true, lane: 7, subscriptions: [0, 2] },
    'event: 7/$open\ndata: {"kind":"live","heartbeat":1,"resumable":true,"subscriptions":[0,2]}\n\n',
  ],
])("writes frames as PROTOCOL §%s says: %j", (_section, frame, text) => {
  expect(encodeFrame(frame)).toBe(text);
});

test("any JSON value is the data of exactly one frame (PROTOCOL §5.1)", () => {
  fc.assert(
    fc.property(jsonValue, fc.constantFrom(undefined, 2), (value, indent) => {
      const text = encodeFrame({ kind: "event", type: "e", data: JSON.stringify(value, null, indent), id: "x.1.y" });
      expect(text.match(/[\r\n]/g)).toHaveLength(4);
      const frames = decodeAll([text]);
      expect(frames).toHaveLength(1);
      expect(JSON.parse((frames[0] as { data: string }).data)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

test("a very long value is one frame", () => {
  const data = JSON.stringify("data: 😀\r\n\r\n".repeat(200_000));
  expect(decodeAll([encodeFrame({ kind: "event", type: "e", data })])).toEqual([{ kind: "event", type: "e", data }]);
});

test.each(["a\rb", "a\nb", "a\0b", "", " ", "a b", "é", "a\u007f", "x".repeat(129)])(
  "refuses the id %j (PROTOCOL §5.1)",
  (id) => {
    expect(() => encodeFrame({ kind: "event", type: "e", data: "1", id })).toThrow(RangeError);
    expect(() => encodeFrame({ kind: "at", id })).toThrow(/^An id must be 1 to 128 characters/);
  },
);

test.each(["a\rb", "a\nb", "a\0b", "", "$open", "1/goal"])("refuses the event type %j (PROTOCOL §5.2)", (type) => {
  expect(() => encodeFrame({ kind: "event", type, data: "1" })).toThrow(/^An event type must not/);
});

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e21])(
  "refuses to write retry: %d (PROTOCOL §5.11)",
  (ms) => {
    expect(() => encodeFrame({ kind: "retry", ms })).toThrow(RangeError);
    expect(() => encodeFrame({ kind: "drain", retry: ms })).toThrow(RangeError);
  },
);

test("refuses to write an unknown frame", () => {
  expect(() => encodeFrame({ kind: "unknown", type: "$later" })).toThrow(RangeError);
});
