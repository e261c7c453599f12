/** A response in the bytes of a connection. */
export interface HttpAnswer {
  readonly version: string;
  readonly status: number;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body so far, without the chunks' framing. */
  readonly body: Buffer;
  /** Whether it is complete. */
  readonly complete: boolean;
}

/**
 * The responses on a connection, checked against RFC 9112 byte by byte: it throws for any wrong byte in, between or after
 * them. Only the last one may be incomplete.
 *
 * @param methods of the requests, needed if one of them is HEAD
 */
export function httpAnswers(bytes: Buffer, closed: boolean, methods: readonly string[] = []): HttpAnswer[] {
  const answers: HttpAnswer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const head = bytes.indexOf("\r\n\r\n", at);
    if (head === -1) {
      expectBytes(/^HTTP\/1|^$/.test(bytes.toString("latin1", at, at + 6)), bytes, at);
      break;
    }
    const { version, status, headers } = parseHead(bytes, at, head);
    at = head + 4;
    const finals = answers.filter((answer) => answer.status >= 200).length;
    const bodiless = status < 200 || status === 204 || status === 304 || methods[finals] === "HEAD";
    const { body, end } = bodiless ? { body: Buffer.alloc(0), end: at } : parseBody(bytes, at, headers);
    const complete = end !== undefined || (closed && !("transfer-encoding" in headers || "content-length" in headers));
    answers.push({ version, status, headers, body, complete });
    if (end === undefined) break;
    at = end;
  }
  return answers;
}

function parseHead(bytes: Buffer, at: number, end: number): Pick<HttpAnswer, "version" | "status" | "headers"> {
  const [first = "", ...lines] = bytes.toString("latin1", at, end).split("\r\n");
  const [, version = "", status = ""] = /^HTTP\/(1\.1) (\d{3}) [\w -]*$/.exec(first) ?? [];
  expectBytes(status !== "", bytes, at);
  const headers = lines.map((line) => {
    const header = /^([\w-]+): (.*)$/.exec(line);
    expectBytes(header !== null, bytes, at);
    return header ?? [];
  });
  return {
    version,
    status: Number(status),
    headers: Object.fromEntries(headers.map(([, name = "", value = ""]) => [name.toLowerCase(), value])),
  };
}

/** Without an `end`, the body is incomplete. */
function parseBody(bytes: Buffer, start: number, headers: HttpAnswer["headers"]): { body: Buffer; end?: number } {
  if (headers["transfer-encoding"] === "chunked") return parseChunks(bytes, start);
  const length = headers["content-length"];
  if (length === undefined) return { body: bytes.subarray(start) };
  const end = start + Number(length);
  return { body: bytes.subarray(start, end), ...(end <= bytes.length && { end }) };
}

function parseChunks(bytes: Buffer, start: number): { body: Buffer; end?: number } {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const line = bytes.toString("latin1", at, lineEnd === -1 ? bytes.length : lineEnd);
    expectBytes(lineEnd === -1 ? /^[\da-f]*\r?$/i.test(line) : /^[\da-f]+$/i.test(line), bytes, at);
    if (lineEnd === -1) return { body: Buffer.concat(chunks) };
    const from = lineEnd + 2;
    const to = from + Number.parseInt(line, 16);
    chunks.push(bytes.subarray(from, to));
    const tail = bytes.toString("latin1", to, to + 2);
    expectBytes("\r\n".startsWith(tail), bytes, to);
    if (tail.length < 2) return { body: Buffer.concat(chunks) };
    at = to + 2;
    if (to === from) return { body: Buffer.concat(chunks), end: at };
  }
}

function expectBytes(good: boolean, bytes: Buffer, at: number): void {
  if (good) return;
  const [before, after] = [bytes.toString("utf8", Math.max(0, at - 200), at), bytes.toString("utf8", at, at + 200)];
  throw new Error(`The bytes at ${at} are out of place:\n${before}\n>>> from here:\n${after}`);
}
