import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { run } from "./project.js";

const here = fileURLToPath(new URL("edge/", import.meta.url));

it.each([
  ["@sluice/contract", []],
  ["@sluice/contract/wire", []],
  ["@sluice/client", []],
  ["@sluice/client/types-only", []],
  ["@sluice/client/query", []],
  ["@sluice/client/tabs", []],
  ["@sluice/log", []],
  ["@sluice/server", []],
  ["@sluice/server/fetch", []],
  ["@sluice/server/node", ["node:http"]],
])("the built %s reaches these modules of Node: %j", async (entry, builtin) => {
  const { output } = await run(here, process.execPath, "imports.mjs", entry);
  const imports = JSON.parse(output);
  expect(imports.builtin).toEqual(builtin);
  expect(imports.files).toBeGreaterThan(0);
});

it.each(["absent", "throwing"])("it serves without Buffer, process and timers' unref, setImmediate %s", async (how) => {
  expect(await run(here, process.execPath, "edge.mjs", how)).toEqual({ code: 0, output: "0\n" });
});
