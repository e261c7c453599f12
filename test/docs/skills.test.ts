import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { linksOf } from "../../apps/docs/build/links.js";
import { skillFiles } from "../../apps/docs/build/skills.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = [...skillFiles()];
const fronts = files.filter(([path]) => path.endsWith("SKILL.md"));

it("the packages' skills are what the pages say now (`npm run docs:skills` writes them)", () => {
  for (const [path, text] of files)
    expect(existsSync(path) && readFileSync(path, "utf8"), relative(root, path)).toBe(text);
  const there = ["client", "contract", "redis", "server", "sqlite", "testing"].flatMap((name) =>
    readdirSync(join(root, "packages", name, "skills"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(root, "packages", name, "skills", file)),
  );
  expect(there.sort()).toEqual(files.map(([path]) => path).sort());
});

describe.each(fronts.map(([path, text]) => ({ path, text, name: path.split("/").at(-2) as string })))(
  "$name",
  ({ path, text, name }) => {
    it("has the front matter that agents look for", () => {
      const [, matter = ""] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? [];
      expect(matter).toContain(`name: ${name}\n`);
      const description = JSON.parse(/^description: (.*)$/m.exec(matter)?.[1] ?? '""');
      expect(description.length).toBeGreaterThan(60);
      expect(description.length).toBeLessThanOrEqual(1_024);
    });

    it("is published with its package", () => {
      const folder = dirname(dirname(dirname(path)));
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      expect(manifest.files).toContain("skills");
      expect(manifest.keywords).toContain("tanstack-intent");
    });

    it("links only to its own files", () => {
      const own = files.filter(([file]) => file.startsWith(dirname(path)));
      const dead = own.flatMap(([file, content]) =>
        linksOf(content)
          .filter(({ target }) => !/^(https?:|#)/.test(target))
          .filter(({ target }) => !existsSync(join(dirname(file), target.replace(/#.*/, ""))))
          .map(({ target }) => `${relative(root, file)}: ${target}`),
      );
      expect(dead).toEqual([]);
    });
  },
);
