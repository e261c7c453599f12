import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorTable } from "./errors.js";
import { decodeAll } from "./wire/arbitrary.test-kit.js";
import * as checks from "./wire/frame-checks.js";
import { type ControlKind, clientDoes, frameTable, memberOf, type Row } from "./wire/frame-table.js";
import { allowedBy } from "./wire/frame-words.js";
import { encodeFrame, parseCursor } from "./wire/index.js";

const page = readFileSync(new URL("../PROTOCOL.md", import.meta.url), "utf8");
const [, ...headings] = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading as string);
const streams = [...page.matchAll(/^```event-stream\n([\s\S]*?)^```$/gm)].map(([, text]) => text as string);

test("the table of codes equals the one in the code (PROTOCOL §3)", () => {
  const rows = [
    ...page.matchAll(/^\| `(\w+)` +\| (\d+) +\| (.+?) +\| (http|stream|client) +\| (yes|no|refresh) +\|$/gm),
  ].map(([, code, status, title, raisedBy, retry]) => [code, [Number(status), title, raisedBy, retry]]);
  expect(rows).toEqual(Object.entries(errorTable));
});

const idRules = {
  "a cursor": "a cursor",
  "a cursor, or none": "a cursor?",
  "`$once`, or none": "a string?",
  "`$end`, if it is final": "end",
  none: "none",
};

const tableRows = Object.entries(frameTable as Record<string, Row<Record<string, unknown>>>).map(
  ([kind, [id, data]]) => {
    const members = Object.entries(data === "json" ? {} : data);
    return {
      type: `$${kind}`,
      id: typeof id === "string" ? id : `${allowedBy(id)}${id.of ? "?" : ""}`,
      data,
      client: clientDoes[kind as ControlKind],
      members: members.map(([name, check]) => ({ name: memberOf(name), check })),
    };
  },
);

test("the table of control frames equals the one in the code (PROTOCOL §5.1)", () => {
  const rows = [
    ...page.matchAll(/^\| `(\$\w+)` +\| (.+?) +\| (.+?) +\| `(begins|applies|ends|reopens|shows)` +\|$/gm),
  ].map(([, type, id, members = "", client]) => {
    const named = [...members.matchAll(/`(\w+)`(\??)/g)].map(([, name, optional]) => `${name}${optional}`);
    return {
      type,
      id: idRules[id as keyof typeof idRules],
      data: members.startsWith("any JSON") ? "json" : named,
      client,
    };
  });
  const known = tableRows.map(({ type, id, data, client, members }) => {
    const named = members.map(({ name, check }) => `${name}${check.of ? "?" : ""}`);
    return { type, id, data: data === "json" ? data : named, client };
  });
  expect(rows).toEqual(known);
});

/** The word for a check in the tables of PROTOCOL.md. */
const wordOf = new Map<checks.Check<unknown>, string>([
  [checks.anything, "any"],
  [checks.text, "string"],
  [checks.flag, "boolean"],
  [checks.ms, "number"],
  [checks.version, "number"],
  [checks.indices, "array of numbers"],
  [checks.issues, "array"],
  [checks.cursor, "cursor"],
  [checks.stream, "string"],
]);

test.each(tableRows)("$type has its own section, which names its members and their values (PROTOCOL §5)", (row) => {
  const section = page.split(/^### /m).find((text) => /^5\.\d+ /.test(text) && text.split("\n")[0]?.includes(row.type));
  expect(section).toBeDefined();
  const documented = [...(section as string).matchAll(/^\| `(\w+)` +\| (\w[^|]*?(?:, optional)?|) +\|.*\|$/gm)]
    .filter(([, , kind]) => kind !== "")
    .map(([, name, kind]) => `${name}: ${kind}`);
  const known = row.members.map(
    ({ name, check }) => `${name}: ${wordOf.get(check.of ?? check)}${check.of ? ", optional" : ""}`,
  );
  if (documented.length > 0) expect(documented).toEqual(known);
  for (const { name } of row.members) expect(section).toContain(name);
  for (const [allowing, values] of [
    [checks.stream, checks.streamKinds],
    [checks.reason, checks.reasons],
  ] as const) {
    if (!row.members.some(({ check }) => check === allowing)) continue;
    for (const value of values) expect(section).toContain(`\`${value}\``);
  }
});

test("sections are numbered without a gap", () => {
  const numbers = headings.map((heading) => /^(\d+)\.(?:(\d+))? /.exec(heading)?.slice(1).map(Number) ?? []);
  let [section, subsection] = [0, 0];
  for (const [first, second] of numbers) {
    [section, subsection] = Number.isNaN(second) ? [section + 1, 0] : [section, subsection + 1];
    expect([first, second || 0]).toEqual([section, subsection]);
  }
  expect(section).toBe(15);
});

test("all sections that the page refers to exist", () => {
  const known = new Set(headings.map((heading) => heading.split(" ")[0]?.replace(/\.$/, "")));
  for (const [, number] of page.matchAll(/§(\d+(?:\.\d+)?)/g)) expect(known).toContain(number);
});

test("the code reads and writes the transcript exactly (PROTOCOL §14)", () => {
  expect(streams.length).toBeGreaterThan(4);
  for (const text of streams) {
    // A drain frame writes its own `retry:` line, so drop the one that was read.
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
