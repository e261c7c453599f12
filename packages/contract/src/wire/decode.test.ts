import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf, cut, decodeAll, frame as frameArbitrary } from "./arbitrary.test-kit.js";
import { createFrameDecoder } from "./decode.js";
import { encodeFrame } from "./encode.js";
import type { Frame } from "./frame.js";
import { WireError } from "./wire-error.js";

const frames = fc.array(frameArbitrary, { maxLength: 8 });
const textOf = (written: readonly Frame[]) => written.map(encodeFrame).join("");
/** A drain frame includes a `retry:` line, which readers get as a separate frame (PROTOCOL §5.10). */
const asRead = (written: readonly Frame[]): Frame[] =>
  written.flatMap((frame): Frame[] => (frame.kind === "drain" ? [{ kind: "retry", ms: frame.retry }, frame] : [frame]));

describe("reads what was written", () => {
  test("any frame, unchanged", () => {
    fc.assert(
      fc.property(frameArbitrary, (frame) => {
        expect(decodeAll([encodeFrame(frame)])).toEqual(asRead([frame]));
      }),
      { numRuns: 1000 },
    );
  });

  test("from chunks cut anywhere, even within a character (PROTOCOL §5.1)", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(frames, lengths, fc.constantFrom("\n", "\r\n", "\r"), (written, chunks, lineEnd) => {
        const bytes = bytesOf(textOf(written).replaceAll("\n", lineEnd));
        expect(decodeAll(cut(bytes, chunks))).toEqual(asRead(written));
      }),
    );
  });

  test.each(["\n", "\r\n", "\r"])(
    "with lines that end in %j and a leading byte order mark, each frame as soon as it is complete",
    (lineEnd) => {
      fc.assert(
        fc.property(frames, (written) => {
          const got: Frame[] = [];
          const decoder = createFrameDecoder((frame) => got.push(frame));
          decoder.push(Uint8Array.of(0xef, 0xbb, 0xbf));
          for (const [index, frame] of written.entries()) {
            decoder.push(bytesOf(encodeFrame(frame).replaceAll("\n", lineEnd)));
            expect(got).toEqual(asRead(written.slice(0, index + 1)));
          }
        }),
      );
    },
  );

  test("despite comments and unknown fields", () => {
    const noise = fc.constantFrom(
      "",
      ": hb\n",
      ":\n",
      "colour: red\n",
      "data\u00a0: x\n",
      "novalue\n",
      "retry: soon\n",
      "Data: x\n",
    );
    fc.assert(
      fc.property(frames, fc.array(noise, { minLength: 1 }), (written, noises) => {
        let turn = 0;
        const lines = textOf(written).split(/(?<=\n)/);
        const text = lines.map((line) => (noises[turn++ % noises.length] as string) + line).join("");
        const quiet = (list: Frame[]) => list.filter(({ kind }) => kind !== "comment");
        expect(quiet(decodeAll([text]))).toEqual(quiet(asRead(written)));
      }),
    );
  });

  test("with lines in any order, and joins several data lines", () => {
    expect(decodeAll(["data: [1,\ndata: 2]\nevent: goal\nid: a.1.b\n\n"])).toEqual([
      { kind: "event", type: "goal", data: "[1,\n2]", id: "a.1.b" },
    ]);
  });

  test("but no incomplete frame at a cut (PROTOCOL §4.4)", () => {
    const text = encodeFrame({ kind: "event", type: "goal", data: "1", id: "a.1.b" });
    for (let length = 0; length < text.length; length++) expect(decodeAll([text.slice(0, length)])).toEqual([]);
  });
});

describe("ids (PROTOCOL §5.1)", () => {
  test("a frame has the id of its own block, not of an earlier one", () => {
    expect(
      decodeAll(["id: a.1.b\nevent: x\ndata: 1\n\nevent: x\ndata: 2\n\nid: a.3.b\n\nevent: x\ndata: 4\n\n"]),
    ).toEqual([
      { kind: "event", type: "x", data: "1", id: "a.1.b" },
      { kind: "event", type: "x", data: "2" },
      { kind: "event", type: "x", data: "4" },
    ]);
  });

  test("an empty id, or one with NUL, counts as no id", () => {
    expect(decodeAll(["id:\nevent: x\ndata: 1\n\nid: a\0b\nevent: x\ndata: 2\n\n"])).toEqual([
      { kind: "event", type: "x", data: "1" },
      { kind: "event", type: "x", data: "2" },
    ]);
    expect(() => decodeAll(["id:\nevent: $at\ndata: {}\n\n"])).toThrow('"id" of a $at frame');
  });
});

describe("lanes (PROTOCOL §10.2)", () => {
  test.each([
    ["0/goal", { type: "goal", lane: 0 }],
    ["12/goal", { type: "goal", lane: 12 }],
    ["12/a/b", { type: "a/b", lane: 12 }],
    ["12/a\u2028b", { type: "a\u2028b", lane: 12 }],
    ["12/", { type: "12/" }],
    ["/goal", { type: "/goal" }],
    ["a/goal", { type: "a/goal" }],
    ["a/$open", { type: "a/$open" }],
    ["-1/goal", { type: "-1/goal" }],
    ["01/goal", { type: "01/goal" }],
    ["1e3/goal", { type: "1e3/goal" }],
    ["1.5/$end", { type: "1.5/$end" }],
    ["9999999999/goal", { type: "9999999999/goal" }],
  ])("reads the event type %s", (event, expected) => {
    expect(decodeAll([`event: ${event}\ndata: 1\n\n`])).toEqual([{ kind: "event", data: "1", ...expected }]);
  });
});

describe("unknown frames and members", () => {
  test("an unknown control frame has the kind unknown, and no id (PROTOCOL §5.13)", () => {
    expect(decodeAll(["id: a.1.b\nevent: $later\ndata: no json\n\nevent: 3/$\ndata: 1\n\n"])).toEqual([
      { kind: "unknown", type: "$later" },
      { kind: "unknown", type: "$", lane: 3 },
    ]);
  });

  test("a block without a type is an event of type message, as in EventSource", () => {
    expect(decodeAll(["data: 1\n\n"])).toEqual([{ kind: "event", type: "message", data: "1" }]);
  });

  test("unknown members of a control frame are ignored (PROTOCOL §5.1)", () => {
    const data = { kind: "live", heartbeat: 1, resumable: true, colour: "red" };
    expect(decodeAll([`event: $open\ndata: ${JSON.stringify(data)}\n\n`])).toEqual([
      { kind: "open", stream: "live", heartbeat: 1, resumable: true },
    ]);
    expect(decodeAll(['event: $end\ndata: {"why":1}\n\n'])).toEqual([{ kind: "end" }]);
  });
});

describe("malformed control frames (PROTOCOL §5.1)", () => {
  const open = { kind: "live", heartbeat: 1, resumable: true };
  const reset = { reason: "epoch", oldest: "a.0.0", head: "a.0.0" };
  const error = { code: "gap", message: "Gone", final: true };

  test.each<[type: string, field: string, data: unknown]>([
    ["$open", "kind", { ...open, kind: "dead" }],
    ["$open", "kind", {}],
    ["$open", "heartbeat", { ...open, heartbeat: "15000" }],
    ["$open", "heartbeat", { ...open, heartbeat: -1 }],
    ["$open", "resumable", { ...open, resumable: "yes" }],
    ["$open", "resumable", { ...open, resumable: undefined }],
    ["$open", "head", { ...open, head: 1 }],
    ["$open", "version", { ...open, version: 0 }],
    ["$open", "version", { ...open, version: 1.5 }],
    ["$open", "version", { ...open, version: null }],
    ["$open", "attended", { ...open, attended: 1 }],
    ["$open", "subscriptions", { ...open, subscriptions: 1 }],
    ["$open", "subscriptions", { ...open, subscriptions: [-1] }],
    ["$open", "subscriptions", { ...open, subscriptions: ["0"] }],
    ["$snapshot", "id", { home: 1 }],
    ["$at", "id", {}],
    ["$reset", "reason", { ...reset, reason: "mood" }],
    ["$reset", "oldest", { ...reset, oldest: 1 }],
    ["$reset", "head", { ...reset, head: undefined }],
    ["$error", "code", { ...error, code: 404 }],
    ["$error", "message", { ...error, message: null }],
    ["$error", "final", { ...error, final: 1 }],
    ["$drain", "retry", {}],
    ["$drain", "retry", { retry: "1" }],
    ["$store", "up", {}],
    ["$store", "up", { up: 1 }],
  ])("a %s frame with a wrong %s is refused, and the message names both: %j", (type, field, data) => {
    const read = () => decodeAll([`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`]);
    expect(read).toThrow(WireError);
    expect(read).toThrow(`"${field}" of a ${type} frame`);
  });

  test("a $drain or $store frame in a lane is refused: they belong to the connection (PROTOCOL §5.10, §5.12)", () => {
    expect(() => decodeAll(['event: 7/$drain\ndata: {"retry":1}\n\n'])).toThrow('"lane" of a $drain frame is 7');
    expect(() => decodeAll(['event: 7/$store\ndata: {"up":true}\n\n'])).toThrow('"lane" of a $store frame is 7');
  });

  test.each(["", "no json", "1", "null", "[]", '"text"'])("$error with the data %j is refused", (data) => {
    expect(() => decodeAll([`event: $error\ndata: ${data}\n\n`])).toThrow(
      "The data of a $error frame is not a JSON object",
    );
  });

  test("a decoder refuses all later input after a malformed frame", () => {
    const got: Frame[] = [];
    const decoder = createFrameDecoder((frame) => got.push(frame));
    const event = bytesOf("event: x\ndata: 1\n\n");
    expect(() => decoder.push(bytesOf("event: x\ndata: 0\n\nevent: $open\ndata: 0\n\nevent: x\ndata: 1\n\n"))).toThrow(
      WireError,
    );
    expect(() => decoder.push(event)).toThrow(WireError);
    expect(got).toEqual([{ kind: "event", type: "x", data: "0" }]);
  });
});

describe("the limit of a frame's length (PROTOCOL §5.1)", () => {
  const text = (length: number) => `event: x\ndata: ${"1".repeat(length)}\n\n`;

  test("is the same for chunks cut anywhere", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom("\n", "\r\n", "\r"), (chunk, lineEnd) => {
        const read = (length: number) =>
          decodeAll(cut(bytesOf(text(length).replaceAll("\n", lineEnd)), [chunk]), { maxFrame: 20 });
        expect(read(20)).toHaveLength(1);
        expect(() => read(21)).toThrow(WireError);
      }),
    );
  });

  test("applies to a line that never ends, and to data in many lines", () => {
    expect(() => decodeAll(["event: x\ndata: ", "1".repeat(50)], { maxFrame: 20 })).toThrow(
      "longer than 20 characters",
    );
    expect(() => decodeAll(["x".repeat(50)], { maxFrame: 20 })).toThrow(WireError);
    expect(() => decodeAll(["data: 1234\n".repeat(10)], { maxFrame: 20 })).toThrow(WireError);
  });

  test("applies to each frame separately", () => {
    expect(
      decodeAll(
        Array.from({ length: 50 }, () => text(20)),
        { maxFrame: 20 },
      ),
    ).toHaveLength(50);
    expect(decodeAll([text(20).repeat(50)], { maxFrame: 20 })).toHaveLength(50);
  });
});
