import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { skillFiles } from "./skills.ts";

for (const [path, text] of skillFiles()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
