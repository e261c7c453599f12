import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const page = readFileSync(new URL("../../apps/docs/comparison.md", import.meta.url), "utf8");
const [table = ""] = /^\|(?:.*\n\|)+.*/m.exec(page) ?? [];
const [head, , ...rows] = table
  .split("\n")
  .map((line) => line.replace(/^\||\|$/g, "").split("|"))
  .map((cells) => cells.map((cell) => cell.trim()));
const sources = [...page.matchAll(/^(\d+)\. .*\]\[(\d+)\]: \S/gm)];
const targets = [...page.matchAll(/^\[(\d+)\]: https:\S+$/gm)];

describe("the comparison", () => {
  it("names a source for whatever it says of another project", () => {
    const cells = rows.flatMap(([what, , ...others]) =>
      others.map((says, index) => ({ what, of: head?.[index + 2], says })),
    );
    expect(cells.length).toBeGreaterThan(70);
    expect(cells.filter(({ says }) => says !== "–" && !/\[\[\d+\]\]|\]\(https:/.test(says))).toEqual([]);
  });

  it("lists each source once, in the order of the numbers, with its page", () => {
    const numbers = Array.from({ length: sources.length }, (_, index) => String(index + 1));
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.map(([, number, target]) => [number, target])).toEqual(numbers.map((number) => [number, number]));
    expect(targets.map(([, number]) => number)).toEqual(numbers);
  });

  it("has no source that nothing in it needs", () => {
    const cited = new Set([...page.matchAll(/\[\[(\d+)\]\]/g)].map(([, number]) => number));
    expect([...cited].sort()).toEqual(sources.map(([, number]) => number).sort());
  });
});
