// Runs one seeded test file with many seeds, or with SEED alone: node support/many.mjs <file> <default number> [number] [other file]
// The other file is named by its first word: `sqlite` is sqlite.test.ts in the same folder.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { startVitest } from "vitest/node";

const [file, ...given] = process.argv.slice(2).filter((arg) => arg !== "--");
const other = given.find((arg) => !/^\d+$/.test(arg));
process.env.RUNS ??= given.filter((arg) => arg !== other).at(-1);
const root = fileURLToPath(new URL("../..", import.meta.url));
const vitest = await startVitest("test", [`test/${other ? `${dirname(file)}/${other}.test.ts` : file}`], {
  root,
  project: ["slow"],
  run: true,
  watch: false,
});
await vitest.close();
