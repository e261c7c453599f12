import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Compiler,
  compile,
  install,
  loadAll,
  packAll,
  printed,
  remove,
  run,
  type Tarball,
  temporary,
} from "./project.js";

let dir: string;
let tarballs: readonly Tarball[];

beforeAll(async () => {
  dir = await temporary();
  tarballs = await packAll(dir);
}, 240_000);

afterAll(() => remove(dir));

const root = new URL("../../", import.meta.url);
const repositoryUrl = "https://github.com/sluice-rpc/sluice";
const inRepository = /^.*?\/(?:blob|tree)\/main\/|#.*$/g;

const names = ["client", "contract", "log", "redis", "server", "sqlite", "testing"];

describe.each(names)("the tarball of @sluice/%s", (name) => {
  const tarball = () => tarballs.find(({ manifest }) => manifest.name === `@sluice/${name}`) as Tarball;

  it("contains only the build, its manifest, its documents and its skill", () => {
    const build = /^(dist\/[\w-]+\.(js|js\.map|d\.ts)|skills\/sluice-\w+\/(SKILL|references\/[\w-]+)\.md)$/;
    const others = tarball().files.filter((file) => !build.test(file));
    const documents = ["LICENSE", "README.md", "package.json", ...(name === "contract" ? ["PROTOCOL.md"] : [])];
    expect(others.sort()).toEqual(documents.sort());
  });

  it("holds every file that its manifest names", () => {
    const targets = JSON.stringify(tarball().manifest.exports).matchAll(/"\.\/((?:dist\/)?[^"*]+\.(?:js|ts|json))"/g);
    const published = [...targets].map(([, file]) => file as string);
    expect(published.length).toBeGreaterThan(2);
    expect(tarball().files).toEqual(expect.arrayContaining(published));
  });

  it("exports all that is exported in this repository, but for the sources, which aren't in it", async () => {
    const manifest = JSON.parse(await readFile(new URL(`packages/${name}/package.json`, root), "utf8"));
    const sourceless = JSON.parse(
      JSON.stringify(manifest.exports, (key, target) => (key === "@sluice/source" ? undefined : target)),
    );
    expect(tarball().manifest.exports).toEqual(sourceless);
  });

  it("needs no export condition but `types`, and `production` beside `default`", () => {
    const { exports } = tarball().manifest;
    const conditions = Object.values(exports).flatMap((target) =>
      typeof target === "string" ? [] : Object.keys(target as object),
    );
    expect(conditions.filter((each) => !["types", "production", "default"].includes(each))).toEqual([]);
  });

  it("says where it comes from", () => {
    const { homepage, bugs, repository } = tarball().manifest;
    const url = `git+${repositoryUrl}.git`;
    expect(repository).toEqual({ type: "git", url, directory: `packages/${name}` });
    expect([homepage, bugs]).toEqual([`${repositoryUrl}#readme`, `${repositoryUrl}/issues`]);
  });

  it("has a README whose links work anywhere, and lead to what is in this repository", async () => {
    const text = await readFile(new URL(`packages/${name}/README.md`, root), "utf8");
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !/^(https:\/\/|#)/.test(link))).toEqual([]);
    const files = links
      .filter((link) => link.startsWith(`${repositoryUrl}/`))
      .map((link) => link.replace(inRepository, ""));
    expect(files.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });

  it("names published versions, and no path in this repository", () => {
    expect(JSON.stringify(tarball().manifest)).not.toMatch(/workspace:|catalog:|file:|link:/);
    const { version, dependencies = {} } = tarball().manifest;
    const siblings = Object.entries(dependencies).filter(([dependency]) => dependency.startsWith("@sluice/"));
    for (const [, range] of siblings) expect(range).toBe(`^${version}`);
  });
});

/** What a built file imports from other packages, directly or by files beside it. */
async function packagesOf(dist: string, file: string): Promise<Set<string>> {
  const text = await readFile(join(dist, file), "utf8");
  const imported = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, path]) => path as string);
  const beside = imported.filter((path) => path.startsWith("./"));
  const further = await Promise.all(beside.map((path) => packagesOf(dist, path)));
  return new Set([...imported.filter((path) => !beside.includes(path)), ...further.flatMap((all) => [...all])]);
}

describe("a project that installed the tarballs", () => {
  let project: string;

  beforeAll(async () => {
    project = await temporary();
    await install(project, tarballs);
  }, 300_000);

  afterAll(() => remove(project));

  it.each([
    ["as they are for development", []],
    ["as they are for production", ["--conditions=production"]],
  ])("finds that they work together, %s", async (_what, flags) => {
    const { code, output } = await run(project, process.execPath, ...flags, "test/package/consumer/esm.mjs");
    expect({ code, output }).toEqual({ code: 0, output: printed });
  });

  it.each<[string, string, "await import" | "require"]>([
    ["imports them as modules", "module", "await import"],
    ["requires them from CommonJS", "commonjs", "require"],
  ])("%s, by every path that they export", async (_what, type, load) => {
    const script = loadAll(tarballs, load);
    expect(script.split("\n").length).toBeGreaterThan(10);
    const flags = [`--input-type=${type}`, "--no-warnings", "--eval", script];
    expect(await run(project, process.execPath, ...flags)).toEqual({ code: 0, output: "" });
  });

  it("prints an error by its name", async () => {
    const script = `import { SluiceError } from "@sluice/server"; console.log(new SluiceError("forbidden"));`;
    const { output } = await run(project, process.execPath, "--input-type=module", "--eval", script);
    expect(output).toMatch(/^SluiceError: Forbidden\n/);
  });

  it("needs neither React nor TanStack Query for the query entry", async () => {
    const dist = join(project, "node_modules/@sluice/client/dist");
    expect(await packagesOf(dist, "query.js")).toEqual(
      new Set(["@sluice/contract", "@sluice/contract/internal", "@sluice/contract/wire"]),
    );
    expect(await packagesOf(dist, "react.js")).toContain("react");
    expect(await readFile(join(dist, "react.js"), "utf8")).toMatch(/^"use client";/);
  });

  it.each<[Compiler, string, string]>([
    ["TypeScript 7", "nodenext", "nodenext"],
    ["TypeScript 7", "esnext", "bundler"],
    ["TypeScript 6", "nodenext", "nodenext"],
  ])(
    "type-checks with %s, module %s, resolution %s",
    async (...how) => {
      expect(await compile(project, ...how)).toEqual({ code: 0, output: "" });
    },
    240_000,
  );
});
