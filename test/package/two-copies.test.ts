import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { copyPackages } from "./copies.js";
import { remove, run, temporary } from "./project.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const at = (...path: string[]) => join(root, ...path);

it("serves a Sluice of one copy of the packages by the adapters of another", async () => {
  const dir = await temporary();
  onTestFinished(() => remove(dir));
  for (const copy of ["app", "serve"]) {
    await copyPackages(join(dir, copy), ["contract", "log", "server"], ["zod", "express", "@hono/node-server"]);
    for (const file of ["contract.mjs", `${copy}.mjs`])
      await cp(at("test/package/two-copies", file), join(dir, copy, file));
  }
  const all = ['export * from "./app.mjs";', 'export { createSluice } from "@sluice/server";'];
  await writeFile(join(dir, "app/index.mjs"), all.join("\n"));
  expect(await run(dir, process.execPath, "serve/serve.mjs")).toEqual({
    code: 0,
    output: "node 2\nfetch 4\nexpress 6\n",
  });
}, 30_000);
