import type { IncomingMessage } from "node:http";
import { SluiceError } from "@sluice/contract";

interface NodeRequest extends IncomingMessage {
  readonly body?: unknown;
  /** Parsers of Express 4 mark by it what they have parsed. */
  readonly _body?: unknown;
}

/**
 * The JSON of a request's body: read from the request, or taken from `req.body`, where most of what reads bodies leaves them, parsed or not.
 *
 * @throws SluiceError `payloadTooLarge`, `badRequest`.
 * @throws Error for a body that somebody has read and that is nowhere: the procedure must not run as if it had been empty.
 */
export async function jsonBodyOf(req: NodeRequest, maxBytes: number): Promise<unknown> {
  if (Number(req.headers["content-length"]) > maxBytes) throw tooLong(maxBytes);
  const { body } = req;
  if (isEmpty(body)) {
    // Parsers leave something empty on a request that is none of theirs.
    if (!req.readableDidRead) return parseJson(await readAll(req, maxBytes));
    if (isMissing(body, req)) throw new Error(lost);
  }
  if (typeof body === "string") return parseJson(assertFits(body, Buffer.byteLength(body), maxBytes));
  if (body instanceof Uint8Array) return parseJson(Buffer.from(assertFits(body, body.length, maxBytes)).toString());
  if (isUnparsed(body)) throw new Error(`req.body is a stream or a function. ${allowed}`);
  // Its length was told, and looked at above, or it came in chunks.
  return req.headers["content-length"] === undefined ? assertFits(body, lengthOf(body), maxBytes) : body;
}

const allowed =
  "Put the body on req.body, parsed or as it came (behind Koa's parser: ctx.req.body = ctx.request.body), or let Sluice come before what reads it.";

const lost = `The body was read before Sluice saw the request, and is not on req.body. ${allowed}`;

const isEmpty = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  body === "" ||
  (typeof body === "object" && !isUnparsed(body) && Object.keys(body).length === 0);

/** The shortest body that says something is `{"input":1}`. */
const leastLength = 11;

/** Whether what is on a request that was read can't be what was read from it. */
function isMissing(body: unknown, { headers, _body: isParsed }: NodeRequest): boolean {
  if (body === undefined) return true;
  return body !== null && isParsed !== true && Number(headers["content-length"]) >= leastLength;
}

const isUnparsed = (body: unknown): boolean =>
  typeof body === "function" || (typeof body === "object" && body !== null && ("pipe" in body || "getReader" in body));

function assertFits<T>(body: T, length: number, maxBytes: number): T {
  if (length > maxBytes) throw tooLong(maxBytes);
  return body;
}

/** Of JSON that is parsed already: what it takes without spaces. */
function lengthOf(body: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(body) ?? "");
  } catch {
    return 0; // a parser's reviver has made of it what JSON can't say; the contract judges that
  }
}

/** By listeners: an iterator over the request costs as much as all the rest of a short call. */
function readAll(req: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer | string) => {
      // Somebody may have called `setEncoding`.
      const bytes = typeof chunk === "string" ? Buffer.from(chunk, req.readableEncoding ?? "utf8") : chunk;
      size += bytes.length;
      if (size > maxBytes) fail(tooLong(maxBytes));
      else chunks.push(bytes);
    };
    const onEnd = () => {
      if (req.aborted) return onBreak(); // over HTTP/2 what breaks off ends, too
      stop();
      resolve(textOf(chunks));
    };
    const onBreak = (cause?: Error) => fail(new SluiceError("badRequest", { message: "The body broke off", cause }));
    const fail = (error: SluiceError) => {
      stop();
      reject(error);
    };
    // The request lives as long as its answer, which may be a stream; and what comes of it after this flows away: destroying
    // it would destroy the connection, and with it the answer.
    const stop = () => req.off("data", onData).off("end", onEnd).off("error", onBreak).off("close", onBreak);

    if (req.readableEnded) return resolve("");
    if (req.destroyed) return onBreak();
    // Somebody may have paused it.
    req.on("data", onData).on("end", onEnd).on("error", onBreak).on("close", onBreak).resume();
  });
}

const textOf = (chunks: readonly Buffer[]): string =>
  (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString();

const tooLong = (maxBytes: number) =>
  new SluiceError("payloadTooLarge", { message: `The body is longer than ${maxBytes} bytes` });

function parseJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new SluiceError("badRequest", { message: "The body is not JSON" });
  }
}
