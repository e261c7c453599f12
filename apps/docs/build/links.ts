/** A link of a Markdown text, outside code. */
export interface Link {
  readonly text: string;
  readonly target: string;
}

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "`code`");

/** The links of a Markdown text; also those in the front matter of the home page. */
export function linksOf(text: string): Link[] {
  const inline = [...withoutCode(text).matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g)];
  const matter = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1] ?? "";
  const home = [...matter.matchAll(/^\s*link: (\S+)$/gm)].map(([, target = ""]) => ({ text: "", target }));
  return [...inline.map(([, name = "", target = ""]) => ({ text: name, target })), ...home];
}

/** The anchors of a Markdown text's headings, as VitePress makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  return new Set(headingsOf(text).map(siteSlug));
}

/** The same, as GitHub makes them. */
export function githubAnchorsOf(text: string): ReadonlySet<string> {
  return new Set(
    headingsOf(text).map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

const headingsOf = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll("`", "")
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .trim(),
  );

const siteSlug = (heading: string): string =>
  heading
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .replace(/^(\d)/, "_$1")
    .toLowerCase();
