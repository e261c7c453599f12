import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { remove, run, temporary } from "./project.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const at = (...path: string[]) => join(root, ...path);

/** A folder with its own copies of the built packages. */
async function installCopies(dir: string): Promise<void> {
  for (const name of ["contract", "log", "server"]) {
    const copy = join(dir, "node_modules/@sluice", name);
    await mkdir(copy, { recursive: true });
    for (const part of ["package.json", "dist"])
      await cp(at("packages", name, part), join(copy, part), { recursive: true });
  }
  const link = (name: string, from: string) => symlink(at(from, "node_modules", name), join(dir, "node_modules", name));
  await mkdir(join(dir, "node_modules/@standard-schema"));
  for (const name of ["zod", "@standard-schema/spec"]) await link(name, "packages/contract");
  await link("express", "test");
}

it("serves a Sluice of one copy of the packages by the adapters of another", async () => {
  const dir = await temporary();
  onTestFinished(() => remove(dir));
  for (const copy of ["app", "serve"]) {
    await installCopies(join(dir, copy));
    for (const file of ["contract.mjs", `${copy}.mjs`])
      await cp(at("test/package/two-copies", file), join(dir, copy, file));
  }
  const all = ['export * from "./app.mjs";', 'export { createSluice } from "@sluice/server";'];
  await writeFile(join(dir, "app/index.mjs"), all.join("\n"));
  expect(await run(dir, process.execPath, "serve/serve.mjs")).toEqual({ code: 0, output: "node 2\nexpress 4\n" });
});
