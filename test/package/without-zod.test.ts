import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyPackages } from "./copies.js";
import { remove, run, temporary } from "./project.js";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe("where zod isn't installed", () => {
  let dir: string;

  beforeAll(async () => {
    dir = await temporary();
    await cp(at("without-zod"), dir, { recursive: true });
    await cp(at("../package.json"), join(dir, "package.json"));
    await copyPackages(dir, ["contract", "log", "server", "client"], ["valibot", "@types/node"]);
  });

  afterAll(() => remove(dir));

  it("zod can't be imported, so the following tests are meaningful", async () => {
    const { code, output } = await run(dir, process.execPath, "--input-type=module", "--eval", 'import "zod"');
    expect(code).not.toBe(0);
    expect(output).toContain("Cannot find package 'zod'");
  });

  it("an application with another vendor's schemas compiles, also the packages' declarations, and works", async () => {
    const compiler = at("../node_modules/typescript7/bin/tsc");
    const options = ["--strict", "--target", "es2023", "--module", "nodenext", "--types", "node", "--ignoreConfig"];
    expect(await run(dir, process.execPath, compiler, ...options, "app.ts")).toEqual({ code: 0, output: "" });
    const issue = '[{"message":"Invalid integer: Received 1.5","path":["minute"]}]';
    expect(await run(dir, process.execPath, "app.js")).toEqual({ code: 0, output: `0 minute 12 ${issue}\n` });
  }, 60_000);

  it("its bundle for browsers contains nothing of zod", async () => {
    const built = (await build({
      configFile: false,
      logLevel: "error",
      root: dir,
      build: { write: false, lib: { entry: "browser.ts", formats: ["es"] } },
    })) as Rolldown.RolldownOutput[];
    const [chunk] = built[0]?.output ?? [];
    const modules = Object.keys(chunk?.modules ?? {});
    expect(modules.some((id) => id.includes("/valibot/"))).toBe(true);
    expect(modules.filter((id) => /[/@]zod/.test(id))).toEqual([]);
    expect(chunk?.imports).toEqual([]);
  }, 60_000);
});
