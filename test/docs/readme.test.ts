import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blocks } from "./readme-blocks.js";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const files = ["contract.ts", "server.ts", "main.tsx"];
const documents = ["README.md", "CONTRIBUTING.md", "packages/contract/PROTOCOL.md"];

describe("README", () => {
  it.each(files)("shows %s as it is run by the tests", (name) => {
    expect(blocks.get(name)).toBe(read(`apps/example/quick-start/${name}`));
  });

  it("needs under 60 lines for a whole application: contract, server, provider and component", () => {
    const lines = files
      .map((name) => blocks.get(name))
      .join("")
      .split("\n")
      .filter((line) => line.trim() !== "");
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.length).toBeLessThan(60);
  });
});

it.each([
  ["a component test", ["test/docs/testing/score.test.tsx"]],
  ["a contract and its Hono route on Bun", ["apps/docs/snippets/hono-bun.ts"]],
  [
    "a page of Next, with its API",
    ["apps/next/app/poll/page.tsx", "apps/next/app/poll/server.ts", "apps/next/app/poll/api/[...path]/route.ts"],
  ],
])("%s takes under 30 lines", (_what, paths) => {
  const lines = paths.flatMap((path) => read(path).split("\n")).filter((line) => line.trim() !== "");
  expect(lines.length).toBeGreaterThan(20);
  expect(lines.length).toBeLessThan(30);
});

describe.each(documents)("%s", (document) => {
  const base = new URL(document, root);
  const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)(#[^)]*)?\)/g)].map(
    ([, target]) => target as string,
  );

  it("links only to existing targets", () => {
    expect(links.filter((target) => !existsSync(new URL(target, base)))).toEqual([]);
  });
});

it("CONTRIBUTING.md names only paths that exist", () => {
  const paths = [...read("CONTRIBUTING.md").matchAll(/`((?:packages|test|scripts|\.ci)\/[^`\s]+)`/g)].map(
    ([, path]) => path as string,
  );
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});
