import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Refusal } from "./refusal.js";

export interface Project {
  /** The folder of a template. */
  readonly template: string;
  readonly dir: string;
  readonly name: string;
  /** Further ones, by their names. */
  readonly files: Readonly<Record<string, string>>;
}

/** @throws Refusal if the folder has files already, or can't be written. */
export async function createProject(project: Project): Promise<void> {
  try {
    await refuseFiles(project.dir);
    await writeProject(project);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : new Refusal(`${project.dir} can't be written: ${message}`);
  }
}

/** A fresh clone of an empty repository is empty enough, and so is what file managers leave behind. */
const nothing = new Set([".git", ".DS_Store", "Thumbs.db"]);

async function refuseFiles(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const files = (await readdir(dir)).filter((file) => !nothing.has(file));
  if (files.length === 0) return;
  throw new Refusal(`${dir} isn't empty: it has ${files.slice(0, 3).join(", ")}. Choose another name, or empty it.`);
}

/** Where the templates say `my-app`. */
const named = ["package.json", "README.md", "index.html", "src/app/layout.tsx"];

async function writeProject({ template, dir, name, files }: Project): Promise<void> {
  await cp(template, await realpath(dir), { recursive: true }); // it would not copy onto a link
  // npm leaves .gitignore out of packages.
  await rename(join(dir, "_gitignore"), join(dir, ".gitignore"));
  for (const path of named.map((file) => join(dir, file)).filter((file) => existsSync(file))) {
    await writeFile(path, (await readFile(path, "utf8")).replaceAll("my-app", name));
  }
  for (const [path, text] of Object.entries(files)) await writeFile(join(dir, path), text);
}
