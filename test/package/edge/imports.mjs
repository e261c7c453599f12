// Prints the modules of Node that a built entry reaches, and the number of files.
import { readFile } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";

const seen = new Set();

async function follow(file) {
  if (seen.has(file)) return;
  seen.add(file);
  if (isBuiltin(file)) return;
  const text = await readFile(file, "utf8");
  const { resolve } = createRequire(file);
  for (const [, specifier] of text.matchAll(/^(?:import|export)\b[^"';]*["']([^"']+)["'];?$/gm))
    await follow(isBuiltin(specifier) ? specifier : resolve(specifier));
}

await follow(createRequire(import.meta.url).resolve(process.argv[2]));
const builtin = [...seen].filter((each) => isBuiltin(each));
console.log(JSON.stringify({ builtin, files: seen.size - builtin.length }));
