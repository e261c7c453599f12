import type { IncomingMessage } from "node:http";
import type { SluiceError } from "@sluice/contract";
import { endedEarly, parseJson, tooLong } from "./json-body.js";

interface NodeRequest extends IncomingMessage {
  readonly body?: unknown;
  /** Set by parsers of Express 4 on requests whose body they parsed. */
  readonly _body?: unknown;
}

/**
 * The JSON of a request's body. It is read from the request, or taken from `req.body`, where most parsers leave it,
 * parsed or not.
 *
 * @throws SluiceError `payloadTooLarge`, `badRequest`.
 * @throws Error if other code read the body and did not keep it: the procedure must not run as if it had been empty.
 */
export async function jsonBodyOf(req: NodeRequest, maxBytes: number): Promise<unknown> {
  if (Number(req.headers["content-length"]) > maxBytes) throw tooLong(maxBytes);
  const { body } = req;
  if (isEmpty(body)) {
    // Parsers set an empty value on requests that they do not parse.
    if (!req.readableDidRead) return parseJson(await readAll(req, maxBytes));
    if (isMissing(body, req)) throw new Error(bodyLost);
  }
  if (typeof body === "string") return parseJson(assertFits(body, Buffer.byteLength(body), maxBytes));
  if (body instanceof Uint8Array) return parseJson(Buffer.from(assertFits(body, body.length, maxBytes)).toString());
  if (isStreamOrFunction(body)) throw new Error(`req.body is a stream or a function. ${remedy}`);
  // A declared length was checked above. A chunked body has none.
  return req.headers["content-length"] === undefined ? assertFits(body, lengthOf(body), maxBytes) : body;
}

const remedy =
  "Put the body on req.body, parsed or not (after Koa's parser: ctx.req.body = ctx.request.body), or mount Sluice before the parser.";

const bodyLost = `The body was read before Sluice saw the request, and is not on req.body. ${remedy}`;

const isEmpty = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  body === "" ||
  (typeof body === "object" && !isStreamOrFunction(body) && Object.keys(body).length === 0);

/** The shortest body that carries an input is `{"input":1}`. */
const minLength = 11;

/** Whether the body was read, but what is on the request cannot be that body. */
function isMissing(body: unknown, { headers, _body: isParsed }: NodeRequest): boolean {
  if (body === undefined) return true;
  return body !== null && isParsed !== true && Number(headers["content-length"]) >= minLength;
}

const isStreamOrFunction = (body: unknown): boolean =>
  typeof body === "function" || (typeof body === "object" && body !== null && ("pipe" in body || "getReader" in body));

function assertFits<T>(body: T, length: number, maxBytes: number): T {
  if (length > maxBytes) throw tooLong(maxBytes);
  return body;
}

/** The length of parsed JSON when it is written without spaces. */
function lengthOf(body: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(body) ?? "");
  } catch {
    return 0; // a parser's reviver made a value that JSON cannot express; the contract rejects or accepts it
  }
}

/** Uses listeners: an async iterator over the request costs as much as the rest of a short call. */
function readAll(req: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer | string) => {
      // Other code may have called `setEncoding`.
      const bytes = typeof chunk === "string" ? Buffer.from(chunk, req.readableEncoding ?? "utf8") : chunk;
      size += bytes.length;
      if (size > maxBytes) fail(tooLong(maxBytes));
      else chunks.push(bytes);
    };
    const onEnd = () => {
      if (req.aborted) return onAbort(); // over HTTP/2, an aborted request emits `end` too
      stop();
      resolve(textOf(chunks));
    };
    const onAbort = (cause?: Error) => fail(endedEarly(cause));
    const fail = (error: SluiceError) => {
      stop();
      reject(error);
    };
    // Do not destroy the request: that would destroy the connection, and with it the response, which may be a stream.
    // The rest of the body is discarded.
    const stop = () => req.off("data", onData).off("end", onEnd).off("error", onAbort).off("close", onAbort);

    if (req.readableEnded) return resolve("");
    if (req.destroyed) return onAbort();
    // Other code may have paused the request.
    req.on("data", onData).on("end", onEnd).on("error", onAbort).on("close", onAbort).resume();
  });
}

const textOf = (chunks: readonly Buffer[]): string =>
  (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString();
