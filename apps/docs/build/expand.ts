import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** `<<< ./file.ts#region{ts} [title]`, as VitePress reads it. */
const snippet = /^<<< +(?<path>[^\s#{[]+)(?:#(?<region>[\w-]+))?(?: *\{(?<options>[^}]*)\})?(?: *\[.*\])? *$/gm;
const include = /<!--\s*@include:\s*(?<path>\S+?)\s*-->/g;

/** The snippets that a page imports: the files' paths and regions. */
export function snippetsOf(
  file: string,
  text: string,
): { readonly path: string; readonly region: string | undefined }[] {
  return [...text.matchAll(snippet)].map(({ groups }) => ({
    path: join(dirname(file), groups?.["path"] ?? ""),
    region: groups?.["region"],
  }));
}

/** A page with its snippets and included files in it: what a reader of the site sees, as one text. */
export function expand(file: string): string {
  const read = (path: string) => readFileSync(join(dirname(file), path), "utf8");
  return readFileSync(file, "utf8")
    .replace(include, (_all, path: string) => (path.endsWith(".svg") ? described(read(path)) : read(path)))
    .replace(snippet, (...found) => {
      const { path, region } = found.at(-1) as { path: string; region?: string };
      const code = region ? regionOf(read(path), region, path) : read(path);
      return `\`\`\`${path.split(".").at(-1)}\n${code.trimEnd()}\n\`\`\``;
    })
    .replace(/^---\n[\s\S]*?\n---\n/, "")
    .replace(/^<\/?div[^>]*>\n/gm, "")
    .replace(/\n\nCode on this page:\n[\s\S]*$/, "") // the code is in it
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** The lines between `#region name` and `#endregion name`, without other regions' marks, and without their common indent. */
export function regionOf(text: string, region: string, path: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => new RegExp(`#region ${region}$`).test(line.trim()));
  const end = lines.findIndex((line) => new RegExp(`#endregion ${region}$`).test(line.trim()));
  if (start === -1 || end < start) throw new Error(`${path} has no region "${region}".`);
  const inside = lines.slice(start + 1, end).filter((line) => !/#(end)?region /.test(line));
  const indent = Math.min(...inside.filter(Boolean).map((line) => line.search(/\S|$/)));
  return inside.map((line) => line.slice(indent)).join("\n");
}

/** A diagram in words. */
const described = (svg: string) => `(Diagram: ${/<desc[^>]*>([\s\S]*?)<\/desc>/.exec(svg)?.[1]?.trim() ?? "none"})`;
