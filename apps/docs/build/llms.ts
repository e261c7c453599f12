import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expand } from "./expand.ts";
import { groups } from "./pages.ts";

const docs = fileURLToPath(new URL("..", import.meta.url));

/** The file of a page. */
export const fileOf = (link: string) => join(docs, link.endsWith("/") ? `${link}index.md` : `${link}.md`);

const textName = (link: string) => (link.endsWith("/") ? `${link}index.md` : `${link}.md`);

/** Writes the site as texts: each page as Markdown, `llms.txt` with links to them, and `llms-full.txt` with all of them. */
export function writeTexts(outDir: string): void {
  const pages = groups.flatMap(({ items }) => items).filter(({ link }) => existsSync(fileOf(link)));
  const texts = new Map(pages.map(({ link }) => [link, expand(fileOf(link))]));
  for (const [link, text] of texts) {
    const file = join(outDir, textName(link));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  writeFileSync(join(outDir, "llms.txt"), llmsTxt(texts));
  const full = [...texts].filter(([link]) => link !== "/protocol").map(([, text]) => text);
  writeFileSync(join(outDir, "llms-full.txt"), `${full.join("\n\n---\n\n")}\n`);
}

/** See llmstxt.org: a title, a summary, and links with a sentence each. */
export function llmsTxt(texts: ReadonlyMap<string, string>): string {
  const sections = groups.map(({ text, items }) => {
    const lines = items.map(
      (page) => `- [${page.text}](${textName(page.link)}): ${summaryOf(texts.get(page.link) ?? "")}`,
    );
    return `## ${text}\n\n${lines.join("\n")}`;
  });
  return `# Sluice

> Type-safe streaming RPC over Server-Sent Events for TypeScript: define events once in a contract, serve them from Express or any
> fetch runtime, and get typed live data in React that reconnects by itself and never loses events silently.

All pages in one file: [llms-full.txt](/llms-full.txt)

${sections.join("\n\n")}
`;
}

/** The first sentence of a page. */
export function summaryOf(text: string): string {
  const paragraph = text.split(/\n\n+/).find((part) => /^[A-Z`*]/.test(part)) ?? "";
  const [sentence = ""] = paragraph.replaceAll("\n", " ").match(/^.*?[.:](?=\s|$)/) ?? [paragraph];
  return sentence.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/:$/, ".");
}
