import { type AnyProcedure, SluiceError } from "@sluice/contract";
import { textNumber } from "@sluice/contract/wire";
import { isDevelopment } from "#development";
import type { FetchInit, FetchResponse } from "../platform/fetch.js";
import { refusalOf } from "../platform/refusal.js";
import { aborted, networkError, protocolError } from "./failure.js";
import type { RequestSettings } from "./settings.js";
import type { Target } from "./target.js";

/** Longest URL, in characters, that all servers and proxies accept. Longer ones become a POST. */
const maxUrl = 2_000;

export interface AskedSubscription {
  readonly path: string;
  readonly input: unknown;
  readonly cursor: string | undefined;
}

export interface Ask {
  /** Cursor to resume from; subscriptions only. */
  readonly cursor?: string | undefined;
  /** The set of a multiplexed stream. PROTOCOL §10.1. */
  readonly subscriptions?: readonly AskedSubscription[];
}

/**
 * Sends one request for a procedure: by GET if allowed, else by POST.
 *
 * @throws SluiceError `aborted`; `network`; `protocol` for a request that can never be sent, or a result that is no
 * response; `internal` for what the application's functions throw, unless it is a SluiceError.
 */
export async function send(
  { url, headers: givenHeaders, fetch, credentials }: RequestSettings,
  target: Target,
  accept: string,
  ask: Ask,
  signal: AbortSignal,
): Promise<FetchResponse> {
  const headers = await readHeaders(givenHeaders);
  if (signal.aborted) throw aborted();
  headers.set("accept", accept);
  const { address, ...request } = describe(url, target, ask, headers);
  const init: FetchInit = {
    ...request,
    ...(credentials && { credentials }),
    signal,
    headers: Object.fromEntries(headers),
    cache: "no-store",
  };
  let response: FetchResponse;
  try {
    response = await fetch(address, init);
  } catch (cause) {
    if (signal.aborted) throw aborted();
    if (SluiceError.is(cause)) throw cause;
    const refusal = refusalOf(cause, address, init);
    if (!refusal) throw networkError(`${address} cannot be reached.`, cause);
    throw protocolError(
      isDevelopment ? `${address} can never be asked: ${refusal}` : textNumber(9, address, refusal),
      cause,
    );
  }
  // Outside the `try`: an answer that can't be read is no failure of the network.
  if (isDevelopment && !(typeof response?.status === "number" && typeof response.headers?.get === "function")) {
    throw protocolError("The client's fetch option gave no answer.");
  }
  return response;
}

function describe(
  url: string,
  { procedure, input, text }: Target,
  { cursor, subscriptions }: Ask,
  headers: Headers,
): Pick<FetchInit, "method" | "body"> & { readonly address: string } {
  if (isDevelopment && url.startsWith("/") && typeof location === "undefined") {
    const message = `The url "${url}" is relative, and there is no page to resolve it against: pass an absolute URL.`;
    throw protocolError(message);
  }
  const address = `${url}/${procedure.path}`;
  if (mayGet(procedure)) {
    // A generator's own ids may not fit in a header.
    const fits = cursor && headerSafe.test(cursor);
    const query: string[] = [];
    if (text) query.push(`input=${encodeURIComponent(text)}`);
    if (cursor && !fits) query.push(`lastEventId=${encodeURIComponent(cursor)}`);
    const full = query[0] ? `${address}?${query.join("&")}` : address;
    if (full.length <= maxUrl) {
      if (fits) headers.set("last-event-id", cursor);
      return { address: full, method: "GET" };
    }
  }
  headers.set("content-type", "application/json");
  return { address, method: "POST", body: JSON.stringify({ input, cursor, subscriptions }) };
}

const headerSafe = /^[\x21-\x7e]+$/;

const mayGet = (procedure: AnyProcedure) =>
  procedure.kind === "query" || ("method" in procedure && procedure.method === "GET");

async function readHeaders(given: RequestSettings["headers"]): Promise<Headers> {
  let headers: HeadersInit;
  try {
    headers = (await given()) as HeadersInit;
  } catch (cause) {
    if (SluiceError.is(cause)) throw cause;
    throw new SluiceError("internal", {
      message: isDevelopment ? "The client's headers option failed." : textNumber(7),
      cause,
    });
  }
  try {
    const read = new Headers(headers);
    // Which were read as the text "undefined".
    for (const name in headers) if (headers[name as never] === undefined) read.delete(name);
    return read;
  } catch (cause) {
    const { message } = cause as Error;
    throw protocolError(
      isDevelopment ? `The client's headers option gave no headers: ${message}` : textNumber(8, message),
      cause,
    );
  }
}
