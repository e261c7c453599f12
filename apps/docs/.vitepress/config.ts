import { defineConfig } from "vitepress";
import { writeTexts } from "../build/llms.ts";
import { entries, groups, repository } from "../build/pages.ts";
import { writeReference } from "../build/reference.ts";

writeReference();

export default defineConfig({
  title: "Sluice",
  description: "Type-safe streaming RPC over Server-Sent Events.",
  base: process.env["DOCS_BASE"] ?? "/",
  cleanUrls: true,
  lastUpdated: false,
  ignoreDeadLinks: "localhostLinks",
  srcExclude: ["snippets/**", "diagrams/**", "build/**", "reference-parts/**"],
  head: [["link", { rel: "icon", href: "/logo.svg", type: "image/svg+xml" }]],
  markdown: {
    languageAlias: { "event-stream": "yaml", mjs: "js" },
    // As in fences: who has no mouse can move it sideways.
    config: (md) => {
      md.renderer.rules["code_block"] = (tokens, index) =>
        `<pre tabindex="0"><code>${md.utils.escapeHtml(tokens[index]?.content ?? "")}</code></pre>\n`;
    },
    theme: { light: "github-light-high-contrast", dark: "github-dark-default" },
  },
  themeConfig: {
    logo: "/logo.svg",
    outline: [2, 3],
    search: { provider: "local" },
    nav: [
      { text: "Start", link: "/guide/start" },
      { text: "Guarantees", link: "/guarantees/" },
      { text: "Errors", link: "/errors" },
      { text: "API", link: "/reference/" },
    ],
    sidebar: groups.map((group) => ({
      text: group.text,
      collapsed: false,
      items: group.items.map((page) =>
        page.link === "/reference/"
          ? { ...page, collapsed: true, items: entries.map(({ name, link }) => ({ text: name, link })) }
          : page,
      ),
    })),
    socialLinks: [{ icon: "github", link: repository }],
    footer: { message: "MIT licence." },
  },
  vite: { server: { fs: { allow: ["../.."] } } },
  buildEnd: ({ outDir }) => writeTexts(outDir),
});
