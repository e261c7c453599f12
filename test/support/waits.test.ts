import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const isTest = (path: string) => /\.(test|test-kit)\.tsx?$/.test(path) || path.startsWith("test/");

const tests = ["packages", "test"].flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path}`)
    .filter((path) => /\.tsx?$/.test(path) && isTest(path) && !/(^|\/)(node_modules|dist)\//.test(path)),
);

/** The lines of a text with calls of `vi.waitFor` and `vi.waitUntil` that leave it to their default for how long. */
function impatientLines(text: string): number[] {
  if (!/vi\.wait(For|Until)\(/.test(text)) return [];
  const file = ts.createSourceFile("a.tsx", text, ts.ScriptTarget.Latest, true);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^vi\.wait(For|Until)$/.test(node.expression.getText()) && !node.arguments[1])
      lines.push(file.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}

it("finds a wait without a bound", () => {
  expect(impatientLines("\nvi.waitFor(() => f(1, 2));\nvi.waitUntil(() => a, 10_000);")).toEqual([2]);
});

// Their default is a second, which a busy machine takes for anything.
it("every wait of a test says for how long", () => {
  const impatient = tests.flatMap((path) =>
    impatientLines(readFileSync(root + path, "utf8")).map((n) => `${path}:${n}`),
  );
  expect(tests.length).toBeGreaterThan(500);
  expect(impatient).toEqual([]);
});
