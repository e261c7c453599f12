export interface Token {
  readonly text: string;
  readonly kind: "comment" | "string" | "keyword" | undefined;
}

const keywords =
  "as async await break case catch class const continue default else export extends finally for from function get if " +
  "implements import in instanceof interface let new of private readonly return satisfies set static switch this throw " +
  "try type typeof undefined null true false void while yield";

const pattern = new RegExp(
  [
    "(?<comment>/\\*[\\s\\S]*?\\*/|//.*)",
    '(?<string>"(?:\\\\.|[^"\\\\\\n])*"|`(?:\\\\.|[^`\\\\])*`)',
    `(?<keyword>(?<![.\\w])(?:${keywords.replaceAll(" ", "|")})(?![\\w:]))`,
  ].join("|"),
  "g",
);

/** Splits TypeScript into tokens. It knows no grammar, only enough for colours. */
export function highlight(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of source.matchAll(pattern)) {
    if (match.index > end) tokens.push({ text: source.slice(end, match.index), kind: undefined });
    const { comment, string } = match.groups ?? {};
    tokens.push({ text: match[0], kind: comment ? "comment" : string ? "string" : "keyword" });
    end = match.index + match[0].length;
  }
  return [...tokens, { text: source.slice(end), kind: undefined }];
}
