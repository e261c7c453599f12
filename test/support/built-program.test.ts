import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { buildProgram, startProgram } from "./built-program.js";

const source = new URL("end-with-parent.ts", import.meta.url);

// Test files run in several processes, each of which builds what it starts.
it("a program can be started at any moment of being built again", async () => {
  const path = await buildProgram(source, "built-program-test");
  onTestFinished(() => rmSync(dirname(path), { recursive: true }));
  const other = `${dirname(path)}/other.mjs`;
  writeFileSync(other, "");
  let isBuilding = true;
  const building = buildProgram(source, "built-program-test").finally(() => {
    isBuilding = false;
  });
  const codes = new Set<number>();
  while (isBuilding) codes.add((await once(startProgram(path, {}), "exit"))[0]);
  expect([await building, [...codes]]).toEqual([path, [0]]);
  expect((await once(startProgram(other, {}), "exit"))[0], "nothing is emptied").toBe(0);
});
