import { readFileSync } from "node:fs";

interface DataPackage {
  readonly description: string;
  readonly resources: readonly {
    readonly description?: string;
    readonly schema?: { readonly fields?: readonly { readonly description?: string }[] };
  }[];
}

/** The assistant's training text: the dataset descriptions of vega-datasets, as sentences of words. */
export function readSentences(): readonly (readonly string[])[] {
  const file = new URL("../datapackage.json", import.meta.resolve("vega-datasets"));
  const { resources }: DataPackage = JSON.parse(readFileSync(file, "utf8"));
  const paragraphs = resources.flatMap(({ description = "" }) => plain(description).split(/\n\s*\n|\n(?=\d\.)/));
  const sentences = paragraphs.flatMap((paragraph) => paragraph.trim().split(/(?<=[.!?])\s+/));
  // Datasets that differ only in size have the same description.
  return [...new Set(sentences)].filter(isProse).map((sentence) => sentence.split(/\s+/));
}

const isProse = (sentence: string) => /^[A-Z][^:|;[\]]*\.$/.test(sentence) && sentence.split(/\s+/).length >= 6;

/** Removes Markdown, and pairs such as brackets that a chain would open and not close. */
const plain = (markdown: string) =>
  markdown
    .replace(/\r/g, "")
    .replace(/\[([^\]]*)\]\([^)\s]*\)+/g, "$1")
    .replace(/https?:\S+/g, "")
    .replace(/\s*\([^()]*\)/g, "")
    .replace(/["“”`*>]/g, "")
    .replace(/&amp;/g, "&")
    // These look like the end of a sentence, but are not.
    .replace(/\bU\.S\./g, "US")
    .replace(/\b([A-Z])\.(?=[\sA-Z,])\s?(?=[A-Z])/g, "$1 ")
    .replace(/\b(Dr|Mr|No|vs)\./g, "$1");
