// Says which imports run upwards between the rooms (folders) of a package. Below a room stands what it may import.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** From the top down. A name is a folder of `src`, or a file in it; "." is all other files in it. */
const rooms = {
  contract: [".", "wire"],
  log: ["broken-engines.ts", "broken-engines", ".", "conformance", "memory", "log.ts"],
  server: [
    "adapters",
    ".",
    "admission",
    "subscription",
    "runs",
    "http",
    "stream",
    "procedure",
    "publish",
    "topic",
    "time",
    "options",
  ],
  client: [
    "react",
    "query",
    ".",
    "wire",
    "call.ts",
    "procedure.ts",
    "settings.ts",
    "client-options.ts",
    "subscription",
    "transport",
  ],
};

const root = fileURLToPath(new URL("..", import.meta.url));
const isSource = (file) => /\.tsx?$/.test(file) && !/\.(test|test-d|test-kit)\.tsx?$/.test(file);

function importsOf(file) {
  const text = readFileSync(file, "utf8");
  const specifiers = [...text.matchAll(/\bfrom\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/g)].map(
    (match) => match[1] ?? match[2],
  );
  return specifiers.map((specifier) => normalize(join(dirname(file), specifier)).replace(/\.js$/, ".ts"));
}

const roomOf = (names, path) => {
  const [first, ...rest] = path.split("/");
  return names.includes(first) ? first : rest.length === 0 ? "." : first;
};

let count = 0;
for (const [name, names] of Object.entries(rooms)) {
  const source = join(root, "packages", name, "src");
  const files = readdirSync(source, { recursive: true })
    .map((file) => join(source, file))
    .filter(isSource);
  for (const file of files) {
    for (const imported of importsOf(file)) {
      const [from, to] = [file, imported].map((each) => roomOf(names, relative(source, each)));
      const missing = [from, to].find((room) => !names.includes(room));
      if (missing) console.error(`${name}/${missing} is in no order: name it in scripts/rooms.mjs.`);
      else if (names.indexOf(from) <= names.indexOf(to)) continue;
      else
        console.error(
          `${name}: ${relative(source, file)} imports ${relative(source, imported)}, but ${to} is above ${from}.`,
        );
      count++;
    }
  }
}
if (count > 0) process.exitCode = 1;
