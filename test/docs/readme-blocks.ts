import { readFileSync } from "node:fs";

export const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** The README's files: its blocks that begin with `// name`. */
export const blocks: ReadonlyMap<string, string> = new Map(
  [...readme.matchAll(/```tsx?\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, name = "", code = ""]) => [name, code]),
);
