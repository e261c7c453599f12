import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { writeTemplates } from "../build/write-templates.js";
import { createProject } from "./create-project.js";
import { Refusal } from "./refusal.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "create-sluice-"));
  await writeTemplates(join(dir, "templates"));
  return () => rm(dir, { recursive: true });
});

const create = (template: string, target = join(dir, "app"), files = {}) =>
  createProject({ template: join(dir, "templates", template), dir: target, name: "@me/live", files });

const files = async () => (await readdir(join(dir, "app"), { recursive: true })).sort();
const textOf = (path: string) => readFile(join(dir, "app", path), "utf8");

it.each([
  ["express", ["index.html", "vite.config.ts", "src/main.tsx"]],
  ["next", ["src/app/api/[...path]/route.ts", "src/app/page.tsx", "src/client.ts"]],
])("writes the template %s, with the project's name, and versions that npm knows", async (template, own) => {
  await create(template);
  expect(await files()).toEqual(expect.arrayContaining([".gitignore", "README.md", "src/contract.ts", ...own]));
  expect(await files()).not.toContain("_gitignore");
  const manifest = JSON.parse(await textOf("package.json"));
  expect(manifest.name).toBe("@me/live");
  for (const path of ["README.md", own.includes("index.html") ? "index.html" : "src/app/layout.tsx"]) {
    expect(await textOf(path)).toContain("@me/live");
    expect(await textOf(path)).not.toContain("my-app");
  }
  const ranges = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(ranges.length).toBeGreaterThan(15);
  expect(ranges.filter((range) => !/^\^\d+\.\d+\.\d+$/.test(String(range)))).toEqual([]);
});

/** What isn't installed in this package comes from no workspace: these keep up by hand. */
it("asks for the Next and the TypeScript that this repository is tested with", async () => {
  const root = new URL("../../../", import.meta.url);
  const next = JSON.parse(await readFile(new URL("apps/next/package.json", root), "utf8"));
  const workspace = await readFile(new URL("pnpm-workspace.yaml", root), "utf8");
  await create("next");
  const { dependencies, devDependencies } = JSON.parse(await textOf("package.json"));
  expect(dependencies.next).toBe(`^${next.dependencies.next}`);
  expect(devDependencies.typescript).toBe(`^${next.devDependencies.typescript}`);
  const express = JSON.parse(await readFile(join(dir, "templates/express/package.json"), "utf8"));
  expect(workspace).toContain(`typescript7: npm:typescript@${express.devDependencies.typescript.slice(1)}`);
});

it("adds what the package manager needs", async () => {
  await create("express", join(dir, "app"), { "pnpm-workspace.yaml": "mine" });
  expect(await textOf("pnpm-workspace.yaml")).toBe("mine");
});

it("takes a folder that has nothing, or nothing but a repository and what file managers leave", async () => {
  await mkdir(join(dir, "app/.git"), { recursive: true });
  await writeFile(join(dir, "app/.DS_Store"), "");
  await create("express");
  expect(await files()).toContain("src/contract.ts");
});

it("takes a link to such a folder", async () => {
  await mkdir(join(dir, "real"));
  await symlink(join(dir, "real"), join(dir, "app"), "junction");
  await create("express");
  expect(await readdir(join(dir, "real"))).toContain("src");
});

it("leaves a folder with files as it is, and says what is in it", async () => {
  await mkdir(join(dir, "app"));
  await writeFile(join(dir, "app/notes.txt"), "mine");
  await expect(create("express")).rejects.toThrow("isn't empty: it has notes.txt.");
  await expect(create("express")).rejects.toThrow(Refusal);
  expect(await files()).toEqual(["notes.txt"]);
});

it("says so if the folder can't be written", async () => {
  await writeFile(join(dir, "app"), "a file");
  for (const target of [join(dir, "app"), join(dir, "app/below")]) {
    const error: unknown = await create("express", target).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Refusal);
    expect(String(error)).toContain(`${target} can't be written`);
  }
});
