import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorTable } from "./errors.js";
import { decodeAll } from "./wire/arbitrary.test-kit.js";
import { encodeFrame, parseCursor } from "./wire/index.js";

const page = readFileSync(new URL("../PROTOCOL.md", import.meta.url), "utf8");
const [, ...headings] = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading as string);
const streams = [...page.matchAll(/^```event-stream\n([\s\S]*?)^```$/gm)].map(([, text]) => text as string);

test("the table of codes is the one in the code (PROTOCOL §3)", () => {
  const rows = [
    ...page.matchAll(/^\| `(\w+)` +\| (\d+) +\| (.+?) +\| (http|stream|client) +\| (yes|no|refresh) +\|$/gm),
  ].map(([, code, status, title, raisedBy, retry]) => [code, { status: Number(status), title, raisedBy, retry }]);
  expect(rows).toEqual(Object.entries(errorTable));
});

test("sections are numbered without a gap", () => {
  const numbers = headings.map((heading) => /^(\d+)\.(?:(\d+))? /.exec(heading)?.slice(1).map(Number) ?? []);
  let [section, subsection] = [0, 0];
  for (const [first, second] of numbers) {
    [section, subsection] = Number.isNaN(second) ? [section + 1, 0] : [section, subsection + 1];
    expect([first, second || 0]).toEqual([section, subsection]);
  }
  expect(section).toBe(14);
});

test("sections that the page refers to are there", () => {
  const known = new Set(headings.map((heading) => heading.split(" ")[0]?.replace(/\.$/, "")));
  for (const [, number] of page.matchAll(/§(\d+(?:\.\d+)?)/g)) expect(known).toContain(number);
});

test("the transcript is what the code reads and writes (PROTOCOL §14)", () => {
  expect(streams.length).toBeGreaterThan(4);
  for (const text of streams) {
    // A drain frame brings its own `retry:` line, so what was read before it is dropped.
    const frames = decodeAll([text]).filter(
      ({ kind }, index, all) => kind !== "retry" || all[index + 1]?.kind !== "drain",
    );
    expect(frames.map(encodeFrame).join("")).toBe(text);
  }
});

test("the transcript's ids are cursors or reserved ids (PROTOCOL §6)", () => {
  for (const frame of streams.flatMap((text) => decodeAll([text]))) {
    if (!("id" in frame) || frame.id === "$once") continue;
    expect(parseCursor(frame.id as string)).toBeDefined();
  }
});
