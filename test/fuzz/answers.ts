export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Splits a connection's bytes into responses. */
export function answersIn(text: string): Answer[] {
  const answers: Answer[] = [];
  // Where requests are pipelined, node:http writes this after the head of the answer that it should come before.
  for (let rest = text.replaceAll("HTTP/1.1 100 Continue\r\n\r\n", ""); rest !== ""; ) {
    const end = rest.indexOf("\r\n\r\n");
    const [line = "", ...lines] = rest.slice(0, end === -1 ? undefined : end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]);
    if (Number.isNaN(status)) throw new Error(`No status line: ${JSON.stringify(line.slice(0, 200))}`);
    if (end === -1) break;
    const headers = Object.fromEntries(
      lines.map((each) => [each.slice(0, each.indexOf(":")).toLowerCase(), each.slice(each.indexOf(":") + 2)]),
    );
    rest = rest.slice(end + 4);
    // An answer to HEAD says how long a body would be, and which requests were HEADs a server may see in other ways than we.
    const isEmpty = status === 204 || rest.startsWith("HTTP/1.1 ");
    const [body, after] = isEmpty ? ["", rest] : bodyOf(headers, rest);
    answers.push({ status, headers, body });
    rest = after;
  }
  return answers;
}

function bodyOf(headers: Readonly<Record<string, string>>, text: string): readonly [body: string, rest: string] {
  const length = headers["content-length"];
  if (length !== undefined) return [text.slice(0, Number(length)), text.slice(Number(length))];
  if (headers["transfer-encoding"] !== "chunked") return [text, ""];
  let body = "";
  for (let rest = text; ; ) {
    const [, size = "", more = ""] = /^([\da-f]+)\r\n(.*)$/is.exec(rest) ?? [];
    const bytes = Number.parseInt(size, 16);
    if (size === "") return [body, ""];
    body += more.slice(0, bytes);
    rest = more.slice(bytes + 2);
    if (bytes === 0) return [body, rest];
  }
}
