import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Run, remove, run, temporary } from "./project.js";

// A package of a pnpm workspace resolves only its own dependencies. This folder belongs to such a package.
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "package/declarations");
const compilers = { "TypeScript 7": "typescript7/bin/tsc", "TypeScript 6": "typescript/bin/tsc6" };
const strict = ["--ignoreConfig", "--strict", "--target", "es2022", "--jsx", "react-jsx"];
const node = ["--module", "nodenext", "--types", "node"];
const bundler = ["--module", "esnext", "--moduleResolution", "bundler"];

let out: string;

beforeAll(async () => {
  out = await temporary();
});

afterAll(() => remove(out));

// The built packages, as consumers get them: without the condition that leads to the sources.
describe.each(Object.entries(compilers))("%s", (_name, bin) => {
  const compile = (file: string, ...options: readonly string[]): Promise<Run> =>
    run(root, process.execPath, join(root, "node_modules", bin), ...strict, ...options, join(folder, file));

  it("writes out the types of an application's exports, and can read them again", async () => {
    const emit = ["--declaration", "--emitDeclarationOnly", "--outDir", out];
    const lib = ["--lib", "es2022,dom,dom.iterable"];
    expect(await compile("app.ts", ...node, ...lib, ...emit, "--skipLibCheck")).toEqual({ code: 0, output: "" });
    const written = join(folder, "written.d.ts");
    await copyFile(join(out, "app.d.ts"), written);
    try {
      expect(await compile("written.d.ts", ...node, ...lib)).toEqual({ code: 0, output: "" });
    } finally {
      await rm(written);
    }
  }, 240_000);

  it("knows every type in the declarations where the project knows Node and no DOM", async () => {
    expect(await compile("server-only.ts", ...node, "--lib", "es2022", "--noEmit")).toEqual({ code: 0, output: "" });
  }, 240_000);

  it("knows every type in the client's declarations where the project knows the DOM and no Node", async () => {
    expect(await compile("browser-only.ts", ...bundler, "--lib", "es2022,dom,dom.iterable", "--noEmit")).toEqual({
      code: 0,
      output: "",
    });
  }, 240_000);

  it("reports only one clear error without strictNullChecks", async () => {
    const lax = ["--strictNullChecks", "false", "--skipLibCheck", "--lib", "es2022", "--noEmit"];
    const { code, output } = await compile("lax.ts", ...node, ...lax);
    expect(code).not.toBe(0);
    expect(output).toContain('Sluice needs \\"strictNullChecks\\": turn it on, or \\"strict\\", in tsconfig.json');
    expect(output.match(/error TS/g)).toHaveLength(1);
  }, 240_000);
});
