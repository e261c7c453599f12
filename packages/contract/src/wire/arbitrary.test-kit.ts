import fc from "fast-check";
import { formatCursor } from "./cursor.js";
import { createFrameDecoder, type FrameDecoderOptions } from "./decode.js";
import type { Frame, StreamKind } from "./frame.js";

const troublemakers = [
  ..."\r\n\0\u2028\u2029\ufeff\u0085\ud800\udfff😀:",
  ..."data: x|\n\ndata: y|\r\n\r\n|event: $end|id: $end|: hb|retry: 1|{}|__proto__".split("|"),
];

/** Strings that have broken a stream before: line breaks, byte order marks, halves of surrogate pairs, text like SSE's own. */
const trickyString = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.constantFrom(...troublemakers), { maxLength: 6 }).map((parts) => parts.join("")),
  fc.array(fc.integer({ max: 0xffff, min: 0 })).map((units) => String.fromCharCode(...units)),
);

/** Any value that comes back from `JSON.parse`. */
export const jsonValue: fc.Arbitrary<unknown> = fc
  .letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, tie("leaf"), tie("array"), tie("object")),
    leaf: fc.oneof(trickyString, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    array: fc.array(tie("value"), { maxLength: 4 }),
    object: fc.dictionary(trickyString, tie("value"), { maxKeys: 4 }),
  }))
  .value.map((value) => JSON.parse(JSON.stringify(value)));

const jsonText = jsonValue.map((value) => JSON.stringify(value));
const wholeNumber = fc.nat();
const token = fc.stringMatching(/^[\w-]{1,30}$/);

export const cursor = fc.record({ epoch: token, offset: fc.maxSafeNat(), mark: token });

const id = fc.oneof(cursor.map(formatCursor), fc.stringMatching(/^[!-~]{1,128}$/));

const eventType = fc.string({ unit: "binary", minLength: 1 }).filter((type) => !/^\$|[\r\n\0/]/.test(type));

const lane = fc.option(fc.nat({ max: 999_999_999 }), { nil: undefined });

const frameOf = <Kind extends Frame["kind"]>(
  kind: Kind,
  parts: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>> = {},
) =>
  fc
    .record(
      { kind: fc.constant(kind), ...parts, ...optional },
      { requiredKeys: ["kind", ...Object.keys(parts)] as never },
    )
    .map((frame) => Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined)))
    .map((frame) => frame as unknown as Extract<Frame, { kind: Kind }>);

/** Any frame that a server may write. */
export const frame: fc.Arbitrary<Frame> = fc.oneof(
  frameOf("event", { type: eventType, data: jsonText, lane }, { id }),
  frameOf(
    "open",
    {
      stream: fc.constantFrom<StreamKind>("live", "stream", "resumable"),
      heartbeat: wholeNumber,
      resumable: fc.boolean(),
      lane,
    },
    { id, head: cursor.map(formatCursor), version: fc.integer({ min: 1 }), subscriptions: fc.array(fc.nat()) },
  ),
  frameOf("snapshot", { data: jsonText, id: cursor.map(formatCursor), lane }),
  frameOf("live", { lane }, { id: cursor.map(formatCursor) }),
  frameOf("reset", {
    reason: fc.constantFrom("trimmed", "epoch", "diverged", "limit"),
    oldest: cursor.map(formatCursor),
    head: cursor.map(formatCursor),
    lane,
  }),
  frameOf("at", { id: cursor.map(formatCursor), lane }),
  frameOf("error", { code: trickyString, message: trickyString, final: fc.boolean(), lane }, { data: jsonValue }),
  frameOf("end", { lane }),
  frameOf("drain", { retry: wholeNumber }),
  frameOf("comment", { text: fc.string({ unit: "binary" }).filter((text) => !/[\r\n]/.test(text)) }),
  frameOf("retry", { ms: wholeNumber }),
);

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a reader gets who is handed these chunks. */
export function decodeAll(chunks: Iterable<Uint8Array | string>, options?: FrameDecoderOptions): Frame[] {
  const frames: Frame[] = [];
  const decoder = createFrameDecoder((frame) => frames.push(frame), options);
  for (const chunk of chunks) decoder.push(typeof chunk === "string" ? bytesOf(chunk) : chunk);
  return frames;
}

/** The bytes in chunks of the given lengths, taken in turn. */
export function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const to = from + (lengths[turn % lengths.length] ?? bytes.length);
    yield bytes.subarray(from, to);
    from = to;
  }
}
