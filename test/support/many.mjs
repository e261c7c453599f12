// Runs one seeded test file with many seeds, or with SEED alone: node support/many.mjs <file> <default number> [number]
import { fileURLToPath } from "node:url";
import { startVitest } from "vitest/node";

const [file, ...numbers] = process.argv.slice(2).filter((arg) => arg !== "--");
process.env.RUNS ??= numbers.at(-1);
const root = fileURLToPath(new URL("../..", import.meta.url));
const vitest = await startVitest("test", [`test/${file}`], { root, project: ["unit"], run: true, watch: false });
await vitest.close();
