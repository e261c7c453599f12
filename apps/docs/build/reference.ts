import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { type Export, readExports } from "./declarations.ts";
import { entries } from "./pages.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const docs = new URL("../", import.meta.url);

/** Writes a page for each entry of the packages, from the docstrings of what it exports, into `reference/`. */
export function writeReference(): void {
  const folder = new URL("reference/", docs);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of referencePages()) writeFileSync(new URL(path, folder), text);
}

/** The pages by file name. */
export function referencePages(): ReadonlyMap<string, string> {
  const exports = readExports(
    root,
    entries.map(({ source }) => source),
  );
  const pages = entries.map(({ name, source, link }): [string, string] => [
    `${link.replace("/reference/", "")}.md`,
    pageOf(name, exports.get(source) ?? []),
  ]);
  return new Map([["index.md", indexPage(exports)], ...pages]);
}

function indexPage(exports: ReadonlyMap<string, readonly Export[]>): string {
  const rows = entries.map(({ name, source, link }) => {
    const values = (exports.get(source) ?? []).filter((one) => !isType(one));
    const links = values.map((one) => `[\`${one.name}\`](.${link.replace("/reference", "")}#${anchorOf(one.name)})`);
    return `| [\`${name}\`](.${link.replace("/reference", "")}) | ${links.join(", ") || "types only"} |`;
  });
  return `# API\n\nThese pages come from the docstrings, which your editor shows too.\n\n| entry | exports |\n| --- | --- |\n${rows.join("\n")}\n`;
}

/** As VitePress makes them of headings. */
const anchorOf = (name: string) => name.toLowerCase();

const isType = ({ declarations }: Export) =>
  declarations.every((one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one));

function pageOf(name: string, exports: readonly Export[]): string {
  const [values, types] = [exports.filter((one) => !isType(one)), exports.filter(isType)];
  const parts = [`# ${name}`, ...values.map((one) => sectionOf(one, "##"))];
  if (types.length > 0) parts.push("## Types", ...types.map((one) => sectionOf(one, "###")));
  return `${parts.join("\n\n")}\n`;
}

function sectionOf({ name, declarations }: Export, heading: string): string {
  const docs = declarations.map(docOf).filter(Boolean);
  const signatures = declarations.map(signatureOf).join("\n");
  const members = declarations.flatMap(membersOf);
  return [`${heading} ${name}`, `\`\`\`ts\n${signatures}\n\`\`\``, ...docs, ...members].join("\n\n");
}

/** The comment of a declaration or member as Markdown. */
function docOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).slice(-1);
  if (!doc) return "";
  const tags = (doc.tags ?? []).map((tag) => tagOf(tag.tagName.text, ts.getTextOfJSDocComment(tag.comment) ?? ""));
  return [prose(ts.getTextOfJSDocComment(doc.comment) ?? ""), ...tags].filter(Boolean).join("\n\n");
}

function tagOf(name: string, text: string): string {
  if (name === "example") return text.includes("```") ? text : `\`\`\`ts\n${text.trim()}\n\`\`\``;
  if (name === "throws") return `**Throws** ${prose(text)}`;
  if (name === "returns") return `**Returns** ${prose(text)}`;
  if (name === "param") return `**Parameter** ${prose(text)}`;
  return prose(text);
}

/** Markdown would take `<T>` outside code for a tag, and Vue `{{`. */
const prose = (text: string) =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "&lt;").replaceAll("{{", "&#123;{")))
    .join("");

const printer = ts.createPrinter({ removeComments: true });

function signatureOf(declaration: ts.Statement): string {
  const text = printer.printNode(ts.EmitHint.Unspecified, declaration, declaration.getSourceFile());
  return text.replace(/^export /, "").replace(/^declare /, "");
}

function membersOf(declaration: ts.Statement): string[] {
  if (!ts.isInterfaceDeclaration(declaration) && !ts.isClassDeclaration(declaration)) return [];
  return [...declaration.members].flatMap((member) => {
    const doc = docOf(member);
    const name = member.name?.getText();
    if (!doc || !name || name.startsWith("[")) return [];
    const question = (member as { readonly questionToken?: ts.Node }).questionToken ? "?" : "";
    return [`**\`${name}${question}\`** — ${doc}`];
  });
}
