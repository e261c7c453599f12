import { type AnyProcedure, type Schema, SluiceError } from "@sluice/contract";
import { coderOf, isErrorNamed } from "@sluice/contract/internal";
import { type Cursor, parseCursor } from "@sluice/contract/wire";
import { byteLength } from "../topic/utf8.js";
import type { Exchange } from "./exchange.js";

/** A parsed request, not yet checked against the contract. */
export interface ProcedureRequest {
  /** Wire form. */
  readonly input: unknown;
  /** The id of the last event that the client received, if it sent one. */
  readonly lastEventId: string | undefined;
}

/** @throws SluiceError `methodNotAllowed`, `unsupportedMediaType`, `payloadTooLarge`, `badRequest`. */
export async function readRequest(
  exchange: Exchange,
  procedure: AnyProcedure,
  maxBytes: number,
): Promise<ProcedureRequest> {
  if (!allowedMethods(procedure).includes(exchange.method)) {
    throw new SluiceError("methodNotAllowed", {
      message: `"${procedure.path}" takes ${allowedMethods(procedure).join(", ")}, not ${exchange.method}`,
    });
  }
  const body = exchange.method === "POST" ? await readBody(exchange, maxBytes) : undefined;
  const queried = { input: parameter(exchange, "input"), lastEventId: parameter(exchange, "lastEventId") };
  const input = body ? body["input"] : queryInput(queried.input, maxBytes);
  if (input === undefined && procedure.input) assertEnvelope(exchange, procedure, body);
  assertDepth(input);
  if (procedure.kind !== "subscription") return { input, lastEventId: undefined };
  const cursor = bodyCursor(body?.["cursor"]);
  return { input, lastEventId: exchange.header("last-event-id") || cursor || queried.lastEventId || undefined };
}

function parameter({ search }: Exchange, name: string): string | undefined {
  const values = search.getAll(name);
  if (values.length > 1) throw new SluiceError("badRequest", { message: `"${name}" is given twice in the query` });
  return values[0];
}

export function allowedMethods(procedure: AnyProcedure): readonly string[] {
  const postOnly = procedure.kind === "mutation" || (procedure.kind === "subscription" && procedure.method === "POST");
  return postOnly ? post : all;
}

const post = ["POST"];
const all = ["GET", "HEAD", "POST"];

/**
 * Parses an id as a cursor.
 *
 * @throws SluiceError `badRequest` if it is not a cursor.
 */
export function cursorFrom(lastEventId: string | undefined): Cursor | undefined {
  if (lastEventId === undefined) return undefined;
  const cursor = parseCursor(lastEventId);
  if (!cursor) throw invalidId(lastEventId);
  return cursor;
}

export const invalidId = (id: string) =>
  new SluiceError("badRequest", {
    message: `The last event id ${JSON.stringify(id.slice(0, 140))} is not a cursor; allowed is an id that this endpoint sent`,
  });

const jsonType = /^application\/json\s*(;\s*(charset=("?)utf-8\3\s*)?)?$/i;

/**
 * @param example a body, for the texts of errors
 * @throws SluiceError `unsupportedMediaType`, `payloadTooLarge`, `badRequest`.
 */
export async function readBody(
  exchange: Exchange,
  maxBytes: number,
  example = '{"input":{}}',
): Promise<Record<string, unknown>> {
  const type = exchange.header("content-type");
  // A form on another site can send other types without a CORS preflight, but not this one.
  if (type === undefined || !jsonType.test(type)) {
    throw new SluiceError("unsupportedMediaType", {
      message: `The content type is ${type ? JSON.stringify(type) : "missing"}; allowed is application/json: curl <url> -H 'content-type: application/json' -d '${example}'`,
    });
  }
  const encoding = exchange.header("content-encoding");
  // Also refused if a parser ran first and inflated it: a small body may become a large one.
  if (encoding && encoding.toLowerCase() !== "identity") {
    throw new SluiceError("unsupportedMediaType", {
      message: `The content encoding is ${JSON.stringify(encoding)}; send the body without encoding`,
    });
  }
  const body = await exchange.json(maxBytes);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new SluiceError("badRequest", { message: `The body must be a JSON object, such as ${example}` });
  }
  return body as Record<string, unknown>;
}

/**
 * Rejects a request without an input that carries something else. The schema would only say that its fields are
 * missing.
 *
 * @throws SluiceError `badRequest`.
 */
function assertEnvelope(
  exchange: Exchange,
  { input: schema }: AnyProcedure,
  body: Record<string, unknown> | undefined,
) {
  if (body) {
    const members = Object.keys(body).filter((name) => name !== "input" && name !== "cursor");
    if (members.length === 0 || acceptsMissingInput(schema)) return;
    throw new SluiceError("badRequest", {
      message: `The body has ${listed(members)} and no "input": send {"input": …}`,
    });
  }
  const names = [...exchange.search.keys()].filter((name) => name !== "lastEventId");
  if (names.length > 0 && !acceptsMissingInput(schema)) {
    throw new SluiceError("badRequest", {
      message: `The query has ${listed(names)} and no "input": send ?input=<JSON, URL-encoded>`,
    });
  }
  const hasBody = Number(exchange.header("content-length")) > 0 || exchange.header("transfer-encoding") !== undefined;
  if (!hasBody || acceptsMissingInput(schema)) return;
  throw new SluiceError("badRequest", {
    message: `The input is in the body of a ${exchange.method}, which is not read: POST {"input": …}, or send ?input=<JSON, URL-encoded>`,
  });
}

const listed = (names: readonly string[]): string =>
  names
    .slice(0, 3)
    .map((name) => JSON.stringify(name.slice(0, 40)))
    .join(", ");

/** Whether the schema accepts a missing input. Then unknown members are ignored. */
function acceptsMissingInput(schema: Schema): boolean {
  try {
    coderOf(schema).decode(undefined);
    return true;
  } catch (error) {
    return !isErrorNamed(error, "ValidationError"); // its checks may be asynchronous
  }
}

function bodyCursor(cursor: unknown): string | undefined {
  if (cursor === undefined || cursor === null) return undefined;
  if (typeof cursor === "string") return cursor;
  throw new SluiceError("badRequest", { message: '"cursor" must be a string' });
}

/**
 * Deepest nesting of arrays and objects. Schemas and other code walk an input recursively, and have stack for this many
 * levels.
 */
export const maxLevels = 256;

/** @throws SluiceError `badRequest` if an input is nested too deeply. */
export function assertDepth(input: unknown): void {
  if (isDeeperThan(maxLevels, input)) {
    throw new SluiceError("badRequest", { message: `The input is nested deeper than ${maxLevels} levels` });
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each));
}

function queryInput(text: string | undefined, maxBytes: number): unknown {
  if (text === undefined) return undefined;
  if (byteLength(text) > maxBytes)
    throw new SluiceError("payloadTooLarge", { message: `"input" is longer than ${maxBytes} bytes` });
  try {
    return JSON.parse(text);
  } catch {
    throw new SluiceError("badRequest", {
      message:
        'The query parameter "input" is not JSON. Send URL-encoded JSON, with quotes around a string: curl -G <url> --data-urlencode \'input={"id":"a"}\'',
    });
  }
}
