// Says which imports, of types too, run upwards between the rooms (folders) of a package. (Circles of files are biome's: noImportCycles.)
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * From the top down: a room may import those below it. A name is a folder of `src`, or a file in it; "." is all other files in it.
 * Test kits keep to it as well; tests import what they like.
 */
const rooms = {
  contract: [".", "wire"],
  log: ["broken-engines.ts", "broken-engines", ".", "conformance", "memory", "engine", "log.ts", "port"],
  redis: [".", "watching", "topic-keys.ts", "options.ts", "client", "lua", "calls", "entry-text.ts"],
  sqlite: [".", "file", "topic", "journal", "database"],
  "create-sluice": ["."],
  server: [
    "test-kit",
    "adapters",
    ".",
    "admission",
    "subscription",
    "source",
    "topic-handle",
    "runs",
    "http",
    "stream",
    "presence",
    "procedure",
    "publish",
    "control",
    "topic",
    "time",
    "options",
  ],
  testing: ["."],
  client: ["test-kit", "react", "query", ".", "procedure", "subscription", "tabs", "transport", "wire", "platform"],
};

const root = fileURLToPath(new URL("..", import.meta.url));

/** The files that each file of a package imports, by their paths in `src`. */
function readImports(source) {
  const files = readdirSync(source, { recursive: true })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /\.tsx?$/.test(file) && !/\.test(-d)?\.tsx?$/.test(file));
  const known = new Set(files);
  const importsOf = (file) => {
    const text = readFileSync(join(source, file), "utf8");
    return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)\.js"/g)]
      .map(([, specifier]) => posix.join(posix.dirname(file), specifier))
      .flatMap((path) => [`${path}.ts`, `${path}.tsx`])
      .filter((path) => known.has(path));
  };
  return new Map(files.sort().map((file) => [file, importsOf(file)]));
}

function* upwardImports(names, imports) {
  const roomOf = (path) => {
    const [first, ...rest] = path.split("/");
    return names.includes(first) || rest.length > 0 ? first : ".";
  };
  for (const room of new Set([...imports.keys()].map(roomOf))) {
    if (!names.includes(room)) yield `${room} is in no order: name it in scripts/rooms.mjs.`;
  }
  for (const [file, imported] of imports) {
    for (const other of imported) {
      const [from, to] = [roomOf(file), roomOf(other)];
      if (!names.includes(from) || !names.includes(to) || names.indexOf(from) <= names.indexOf(to)) continue;
      yield `${file} imports ${other}, but ${to} is above ${from}.`;
    }
  }
}

for (const [name, names] of Object.entries(rooms)) {
  const imports = readImports(join(root, "packages", name, "src"));
  for (const complaint of upwardImports(names, imports)) {
    console.error(`${name}: ${complaint}`);
    process.exitCode = 1;
  }
}
