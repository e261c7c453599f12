import { createHash } from "node:crypto";
import * as v from "valibot";
import { expect, test } from "vitest";
import * as z from "zod";
import { defineContract, subscription } from "./contract.js";
import { coderOf } from "./schema.js";
import { shortName } from "./short-name.js";
import { topicNamed, topicOf } from "./topic.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), { decode: (t) => new Date(t), encode: (d) => d.toISOString() });
const events = { tick: z.string() };
const run = z.object({ runId: z.string(), at: isoDate.optional(), prompt: z.string().default("") });

const { a } = defineContract({
  a: {
    plain: subscription({ events }),
    all: subscription({ events, input: run }),
    one: subscription({ events, input: run, key: ["runId"] }),
    two: subscription({ events, input: run, key: ["runId", "at"] }),
    none: subscription({ events, input: run, key: [] }),
    text: subscription({ events, input: z.string() }),
    // The compiler allows no fields of an input that may be left out.
    optional: subscription({ events, input: run.partial().optional(), key: ["runId"] as never[] }),
    nothing: subscription({ events, input: run.partial().optional(), key: [] }),
    maybe: subscription({ events, input: z.string().optional() }),
    valibot: subscription({ events, input: v.object({ runId: v.string(), n: v.number() }), key: ["n"] }),
  },
});
const input = { runId: "r1", prompt: "Hi", at: new Date(0) };

test.each([
  ["without input it is the path", a.plain, undefined, "a/plain"],
  [
    "by default all fields count, sorted, codecs in wire form",
    a.all,
    input,
    'a/all?{"at":"1970-01-01T00:00:00.000Z","prompt":"Hi","runId":"r1"}',
  ],
  ["with a key only its fields count", a.one, input, 'a/one?{"runId":"r1"}'],
  ["the order of the key doesn't matter", a.two, input, 'a/two?{"at":"1970-01-01T00:00:00.000Z","runId":"r1"}'],
  ["a key field that is absent is left out", a.two, { runId: "r1", prompt: "" }, 'a/two?{"runId":"r1"}'],
  ["an empty key is one topic for all", a.none, input, "a/none?{}"],
  ["an input that is left out has no key fields", a.optional, undefined, "a/optional?{}"],
  ["and is in the topic of those that have none", a.optional, { prompt: "Hi" }, "a/optional?{}"],
  ["left out or not, an empty key is one topic for all", a.nothing, undefined, "a/nothing?{}"],
  ["an input that is no object is taken whole", a.text, "x", 'a/text?"x"'],
  ["an input that is left out is null", a.maybe, undefined, "a/maybe?null"],
  ["other vendors' schemas do as well", a.valibot, { runId: "r1", n: 1 }, 'a/valibot?{"n":1}'],
])("%s (PROTOCOL §6.4)", (_what, procedure, parsed, topic) => {
  expect(topicOf(procedure, parsed)).toBe(topic);
});

test("fields that the schema doesn't know don't change the topic", () => {
  const parsed = coderOf(run).decode({ runId: "r1", prompt: "Hi", colour: "red" });
  expect(topicOf(a.all, parsed)).toBe(topicOf(a.all, { runId: "r1", prompt: "Hi" }));
  expect(topicOf(a.all, { runId: "r1", prompt: "Hi", colour: "red" })).toBe('a/all?{"prompt":"Hi","runId":"r1"}');
});

test("equal inputs written differently are one topic", () => {
  expect(topicOf(a.all, { prompt: "", runId: "r1" })).toBe(topicOf(a.all, coderOf(run).decode({ runId: "r1" })));
});

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** An input for a name of this many bytes. */
const filling = (bytes: number) => "x".repeat(bytes - 'a/text?""'.length);

test("a name of 512 bytes is kept, a longer one is replaced by a digest (PROTOCOL §6.4)", () => {
  expect(topicOf(a.text, filling(512))).toBe(`a/text?"${filling(512)}"`);
  expect(topicOf(a.text, filling(513))).toBe(`a/text?#${sha256(`"${filling(513)}"`)}`);
});

test("the limit counts bytes, not characters, and a lone surrogate has its own name", () => {
  expect(topicOf(a.text, "é".repeat(251))).toBe(`a/text?"${"é".repeat(251)}"`);
  expect(topicOf(a.text, "é".repeat(252))).toBe(`a/text?#${sha256(`"${"é".repeat(252)}"`)}`);
  const long = "x".repeat(600);
  expect(topicOf(a.text, `${long}\ud800`)).not.toBe(topicOf(a.text, `${long}\ud801`));
});

test("a long name depends on the key fields only, not on how they are written", () => {
  const runId = "r".repeat(600);
  const name = topicNamed("a/two", { runId, at: input.at.toISOString() });
  expect(topicOf(a.two, { ...input, runId })).toBe(name);
  expect(name).toMatch(/^a\/two\?#[0-9a-f]{64}$/);
  expect(topicOf(a.one, { ...input, runId })).not.toBe(topicOf(a.one, { ...input, runId: `${runId}r` }));
});

test("a key is kept up to 512 bytes, and replaced by a digest beyond", () => {
  const keys = ["", "order-17", "k".repeat(512), "é".repeat(256)];
  for (const key of keys) expect(shortName(key)).toBe(key);
  for (const key of ["k".repeat(513), `${"é".repeat(256)}k`])
    expect(shortName(key)).toBe(`#${sha256(JSON.stringify(key))}`);
  const long = "k".repeat(513);
  expect(shortName(`${long}\ud800`)).not.toBe(shortName(`${long}\ud801`));
});
