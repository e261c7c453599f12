import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { errorTable } from "@sluice/contract/internal";
import { describe, expect, it } from "vitest";
import { expand, snippetsOf } from "../../apps/docs/build/expand.js";
import { anchorsOf, githubAnchorsOf, linksOf } from "../../apps/docs/build/links.js";
import { fileOf, llmsTxt, summaryOf } from "../../apps/docs/build/llms.js";
import { entries, groups, repository } from "../../apps/docs/build/pages.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const docs = join(root, "apps/docs");
const read = (path: string) => readFileSync(path, "utf8");
const listed = groups.flatMap(({ items }) => items.map(({ link }) => link)).filter((link) => link !== "/reference/");

const generated = new Set(["/reference/", ...entries.map(({ link }) => link)]);
const pages = readdirSync(docs, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".md") && !/node_modules|^reference|^\.vitepress/.test(path))
  .sort();

describe("the list of pages", () => {
  it("names all of them, each once", () => {
    const files = listed.map((link) => relative(docs, fileOf(link)));
    expect([...files, "index.md"].sort()).toEqual(pages);
  });

  it("gives each a line in llms.txt that says what it is about", () => {
    const texts = new Map(listed.map((link) => [link, expand(fileOf(link))]));
    for (const [link, text] of texts)
      expect({ link, length: summaryOf(text).length > 30 }).toEqual({ link, length: true });
    expect(
      llmsTxt(texts)
        .split("\n")
        .filter((line) => line.startsWith("- [")),
    ).toHaveLength(listed.length + 1);
  });
});

/** Where a repository's link of a page leads here. */
const inRepository = (target: string) => new RegExp(`^${repository}/(?:blob|tree)/main/([^#]+)`).exec(target)?.[1];

/** What is wrong with a link, in a word. */
function faultOf(file: string, target: string): string | undefined {
  const path = inRepository(decodeURI(target));
  if (path) return existsSync(join(root, path)) ? undefined : "no such file in the repository";
  if (/^(https?:|mailto:)/.test(target)) return undefined;
  const [way = "", anchor] = target.split("#") as [string?, string?];
  const base = way.startsWith("/") ? docs : dirname(file);
  if (/\.(png|svg)$/.test(way)) return existsSync(join(base, way)) ? undefined : "no such picture";
  const link = way === "" ? "" : `/${relative(docs, join(base, way))}${way.endsWith("/") ? "/" : ""}`;
  if (generated.has(link)) return undefined; // their anchors are in the built site, which has a test of its own
  const page = way === "" ? file : fileOf(link);
  if (!existsSync(page)) return "no such page";
  return anchor === undefined || anchorsOf(expand(page)).has(anchor) ? undefined : "no such heading";
}

describe.each(pages)("%s", (page) => {
  const file = join(docs, page);
  const text = read(file);

  it("links to pages, headings and files that exist", () => {
    const faults = linksOf(text).flatMap(({ target }) => faultOf(file, target) ?? []);
    const targets = linksOf(text).filter(({ target }) => faultOf(file, target));
    expect({ faults, targets }).toEqual({ faults: [], targets: [] });
  });

  it("shows only code that is run: its fences are for shell and output", () => {
    const fences = [...text.matchAll(/^```(\w*)/gm)]
      .map(([, language]) => language)
      .filter((language) => language !== "");
    expect(fences.filter((language) => !["sh", "txt", "console"].includes(language as string))).toEqual([]);
  });

  it("imports snippets that exist", () => {
    expect(() => expand(file)).not.toThrow();
    expect(expand(file)).not.toMatch(/^<<</m);
  });
});

/** In the repository a page has no code in it, but lines that say where it is. */
describe.each(pages.filter((page) => page !== "index.md"))("%s in the repository", (page) => {
  it("links to the files whose code it shows", () => {
    const file = join(docs, page);
    const text = read(file);
    const linked = new Set(linksOf(text).map(({ target }) => decodeURI(target)));
    const shown = snippetsOf(file, text).map(({ path }) => `${repository}/blob/main/${relative(root, path)}`);
    expect(shown.filter((link) => !linked.has(link))).toEqual([]);
  });
});

it("the start on Next.js has the line of the template's route handler", () => {
  const route = read(join(root, "packages/create-sluice/templates/next/src/app/api/[...path]/route.ts"));
  expect(read(join(docs, "guide/start-next.md"))).toContain(`\`${route.trim()}\``);
});

describe("README, CONTRIBUTING and the protocol", () => {
  it.each(["README.md", "CONTRIBUTING.md", "packages/contract/PROTOCOL.md"])(
    "%s links to headings that exist",
    (name) => {
      const text = read(join(root, name));
      const anchors = linksOf(text).flatMap(({ target }) => (target.startsWith("#") ? target.slice(1) : []));
      expect(anchors.filter((anchor) => !githubAnchorsOf(text).has(anchor))).toEqual([]);
    },
  );
});

describe("snippets", () => {
  const sources = readdirSync(join(docs, "snippets"), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(tsx?|conf|service)$/.test(path) && !path.startsWith("node_modules"))
    .map((path) => join(docs, "snippets", path));
  const shown = new Set(
    pages.flatMap((page) => snippetsOf(join(docs, page), read(join(docs, page)))).map(({ path }) => path),
  );
  const tests = ["test/docs", "test/runtimes"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.test\.tsx?$|-server\.ts$/.test(name))
      .map((name) => read(join(root, folder, name))),
  );

  it.each(sources.map((path) => relative(docs, path)))("%s is shown by a page, or used by one that is", (path) => {
    const name = path.replace(/^snippets\//, "").replace(/\.tsx?$/, ".js");
    const isUsed = sources.some((other) => read(other).includes(`"./${name}"`));
    expect(shown.has(join(docs, path)) || isUsed).toBe(true);
  });

  it.each(sources.map((path) => relative(docs, path)))("%s is run by a test", (path) => {
    const name = path.replace(/\.tsx?$/, "");
    const short = name.replace(/^snippets\//, "./");
    const isUsed = sources.some((other) => read(other).includes(`"${short}.js"`));
    expect(isUsed || tests.some((test) => test.includes(`apps/docs/${name}`))).toBe(true);
  });
});

describe("the error index", () => {
  const text = read(join(docs, "errors.md"));
  const raisedBy = {
    http: "raised by the server before a stream, or in a call",
    stream: "raised by the server in a stream",
    client: "raised by the client",
  };
  const retry = { yes: "retried", refresh: "retried once, with new credentials", no: "not retried" };
  const expected = Object.entries(errorTable).map(([code, [status, , by, again]]) =>
    [`## ${code}`, `> ${[...(status ? [status] : []), raisedBy[by], retry[again]].join(" · ")}`].join("\n\n"),
  );

  it("has each code of the closed table, in its order, with its status, origin and retry", () => {
    expect([...text.matchAll(/^## \w+\n\n> .+$/gm)].map(([entry]) => entry)).toEqual(expected);
  });

  it("says for each what it means, and what to do", () => {
    const entries = text.split(/^## /m).slice(1, -1);
    expect(entries).toHaveLength(expected.length);
    for (const entry of entries) {
      const [, , means = "", what = ""] = entry.split("\n\n");
      expect(means.length).toBeGreaterThan(20);
      expect(what).toMatch(/^\*\*What to do\.\*\* ./);
    }
  });

  it("has each message that is a number in production, with the text of development", () => {
    const sources = ["contract", "client"].flatMap((name) => {
      const folder = join(root, "packages", name, "src");
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
      return files.filter((file) => /(?<!\.test(-d|-kit)?)\.tsx?$/.test(file)).map((file) => read(join(folder, file)));
    });
    const code = sources.map((source) => source.replace(/\/\*.*?\*\//gs, "")).join("\n");
    const texts = [
      ...code.matchAll(/isDevelopment\s*\?\s*([`"])((?:(?!isDevelopment).)*?)\1\s*:\s*textNumber\((\d+)/gs),
    ]
      .map(([, , text = "", number]) => [number, text.replace(/\$\{.*?\}/g, "…")])
      .sort(([one], [other]) => Number(one) - Number(other));
    expect(texts).toHaveLength(code.split(/textNumber\(\d/).length - 1);
    expect(texts.map(([number]) => Number(number))).toEqual(texts.map((_, index) => index + 1));
    const rows = [...text.matchAll(/^\| +(\d+) \| `(.+)` +\|$/gm)].map(([, number, words]) => [number, words]);
    expect(rows).toEqual(texts);
  });
});
