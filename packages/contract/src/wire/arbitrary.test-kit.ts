import fc from "fast-check";
import { formatCursor } from "./cursor.js";
import type { FrameDecoderOptions } from "./decode.js";
import { createFrameDecoder } from "./decode.js";
import type { Frame } from "./frame.js";
import type { Check } from "./frame-checks.js";
import * as checks from "./frame-checks.js";
import { type ControlKind, clientDoes, frameTable, type Row } from "./frame-table.js";
import { allowedBy } from "./frame-words.js";

const trickyParts = [
  ..."\r\n\0\u2028\u2029\ufeff\u0085\ud800\udfff😀:",
  ..."data: x|\n\ndata: y|\r\n\r\n|event: $end|id: $end|: hb|retry: 1|{}|__proto__".split("|"),
];

/**
 * Strings that are known to break stream parsers: line breaks, byte order marks, lone surrogates, text that looks
 * like SSE.
 */
const trickyString = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.constantFrom(...trickyParts), { maxLength: 6 }).map((parts) => parts.join("")),
  fc.array(fc.integer({ max: 0xffff, min: 0 })).map((units) => String.fromCharCode(...units)),
);

/** Any value that `JSON.parse` can return. */
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

const cursorText = cursor.map(formatCursor);

/** Valid values for each check of the frame table. */
const passing = new Map<Check<unknown>, fc.Arbitrary<unknown>>([
  [checks.anything, jsonValue],
  [checks.text, trickyString],
  [checks.flag, fc.boolean()],
  [checks.ms, wholeNumber],
  [checks.version, fc.integer({ min: 1 })],
  [checks.indices, fc.array(fc.nat())],
  [checks.issues, fc.array(jsonValue, { maxLength: 3 })],
  [checks.cursor, cursorText],
  [checks.stream, fc.constantFrom(...checks.streamKinds)],
  [checks.reason, fc.constantFrom(...checks.reasons)],
]);

function passingBy(check: Check<unknown>): fc.Arbitrary<unknown> {
  const value = passing.get(check.of ?? check);
  if (!value) throw new Error(`Say what passes where ${allowedBy(check)} is allowed.`);
  return check.of ? fc.option(value, { nil: undefined }) : value;
}

/** Readers accept any id on `$open`, although a server writes only `$once`. */
const someId: Check<unknown> = checks.optional((value) => checks.text(value));
passing.set(someId.of as Check<unknown>, id);

/** Any frame of one row of the table. */
function control([kind, [idRule, data]]: [ControlKind, Row<Record<string, unknown>>]): fc.Arbitrary<Frame> {
  const members = Object.entries(data === "json" ? {} : data).map(([property, check]) => [property, passingBy(check)]);
  const client = clientDoes[kind];
  return record({
    kind: fc.constant(kind),
    ...(data === "json" ? { data: jsonText } : Object.fromEntries(members)),
    ...(typeof idRule === "string" ? {} : { id: passingBy(idRule.of === checks.text ? someId : idRule) }),
    ...(client === "reopens" || client === "shows" ? {} : { lane }),
  });
}

/** A frame with these members; undefined ones are omitted. */
const record = (parts: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Frame> =>
  fc
    .record(parts)
    .map((frame) => Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined)))
    .map((frame) => frame as unknown as Frame);

/** Any frame that a server can write. */
export const frame: fc.Arbitrary<Frame> = fc.oneof(
  record({
    kind: fc.constant("event"),
    type: eventType,
    data: jsonText,
    lane,
    id: fc.option(id, { nil: undefined }),
  }),
  ...Object.entries(frameTable).map((row) => control(row as never)),
  record({
    kind: fc.constant("comment"),
    text: fc.string({ unit: "binary" }).filter((text) => !/[\r\n]/.test(text)),
  }),
  record({ kind: fc.constant("retry"), ms: wholeNumber }),
);

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The frames that a reader decodes from these chunks. */
export function decodeAll(chunks: Iterable<Uint8Array | string>, options?: FrameDecoderOptions): Frame[] {
  const frames: Frame[] = [];
  const decoder = createFrameDecoder((frame) => frames.push(frame), options);
  for (const chunk of chunks) decoder.push(typeof chunk === "string" ? bytesOf(chunk) : chunk);
  return frames;
}

/** Splits the bytes into chunks of the given lengths, used in turn. */
export function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const to = from + (lengths[turn % lengths.length] ?? bytes.length);
    yield bytes.subarray(from, to);
    from = to;
  }
}
