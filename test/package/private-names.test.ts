import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";
import { privateNames } from "../../packages/client/private-names.js";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));
const names = Object.keys(privateNames);

function filesIn(folder: string, name: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => name.test(file))
    .map((file) => join(folder, file));
}

/** The words of TypeScript files, but for those of comments. */
function wordsOf(files: readonly string[]): Set<string> {
  expect(files.length).toBeGreaterThan(0);
  const codes = files.map((file) => readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""));
  return new Set(codes.flatMap((code) => code.match(/[\w$]+/g) ?? []));
}

const lib = dirname(ts.getDefaultLibFilePath({}));
const source = /(?<!\.test(-d|-kit)?)\.tsx?$/;

it.each([
  ["what the package declares, to applications and other copies of it", join(packages, "client/dist"), /\.d\.ts$/],
  ["the platform", lib, /^lib\..*\.d\.ts$/],
  ["contracts and the wire", join(packages, "contract/src"), source],
  ["what tabs tell one another", join(packages, "client/src/tabs"), source],
  ["what pages keep, and get from servers", join(packages, "client/src/query"), source],
  ["hooks, which may come from a build of another kind", join(packages, "client/src/react"), source],
])("no private name is one of %s", (_what, folder, name) => {
  const words = wordsOf(filesIn(folder, name));
  expect(names.filter((each) => words.has(each))).toEqual([]);
});

it("has a letter of its own for each, which is the name of no property", () => {
  const letters = Object.values(privateNames);
  expect(letters.filter((letter) => !/^[A-Za-z]$/.test(letter))).toEqual([]);
  expect(new Set(letters).size).toBe(letters.length);
  const code = filesIn(join(packages, "client/src"), source).map((file) => readFileSync(file, "utf8"));
  expect(code.join("\n").match(/(?<=[\w)\]}]\??\.)[A-Za-z](?![\w$])/g) ?? []).toEqual([]);
});
