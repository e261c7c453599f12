import { type AnyProcedure, SluiceError } from "@sluice/contract";
import type { FetchInit, FetchResponse } from "./fetch.js";
import type { Settings } from "./settings.js";
import type { Target } from "./target.js";

/** Longest URL, in characters, that every server and proxy in between takes. A longer one becomes a POST. */
const maxUrl = 2_000;

export interface Ask {
  readonly accept: string;
  /** Position to go on from; subscriptions only. */
  readonly cursor?: string | undefined;
}

/**
 * Sends one request for a procedure: GET where it may, POST else.
 *
 * @throws SluiceError `aborted`, `network`, or what stopped the request from being made.
 */
export async function send(
  { url, headers: givenHeaders, fetch, credentials }: Settings,
  target: Target,
  ask: Ask,
  signal: AbortSignal | undefined,
): Promise<FetchResponse> {
  const headers = await readHeaders(givenHeaders);
  if (signal?.aborted) throw aborted();
  headers.set("accept", ask.accept);
  const { address, ...init } = describe(url, target, ask, headers);
  // Where none is given, none is passed on: Node's fetch leaves a listener at a signal until the request is collected.
  const base = { ...(credentials !== undefined && { credentials }), ...(signal && { signal }) };
  try {
    return await fetch(address, { ...init, ...base, headers: plain(headers), cache: "no-store" });
  } catch (cause) {
    if (signal?.aborted) throw aborted();
    if (SluiceError.is(cause)) throw cause;
    throw new SluiceError("network", { message: `${address} cannot be reached.`, cause });
  }
}

export const aborted = (cause?: unknown) => new SluiceError("aborted", { cause });

function describe(
  url: string,
  { procedure, input, text }: Target,
  { cursor }: Ask,
  headers: Headers,
): Pick<FetchInit, "method" | "body"> & { readonly address: string } {
  if (url.startsWith("/") && typeof location === "undefined") {
    const message = `The url "${url}" is relative, and there is no page to resolve it against: pass an absolute URL.`;
    throw new SluiceError("protocol", { message });
  }
  const address = `${url}/${procedure.path}`;
  if (mayGet(procedure)) {
    const query: string[] = [];
    if (text !== undefined) query.push(`input=${encodeURIComponent(text)}`);
    // Ids of a generator's own may hold what a header cannot.
    if (cursor !== undefined && !headerSafe.test(cursor)) query.push(`lastEventId=${encodeURIComponent(cursor)}`);
    const full = query.length === 0 ? address : `${address}?${query.join("&")}`;
    if (full.length <= maxUrl) {
      if (cursor !== undefined && headerSafe.test(cursor)) headers.set("last-event-id", cursor);
      return { address: full, method: "GET" };
    }
  }
  headers.set("content-type", "application/json");
  return { address, method: "POST", body: JSON.stringify({ input, cursor }) };
}

function plain(headers: Headers): Record<string, string> {
  const all: Record<string, string> = {};
  headers.forEach((value, name) => {
    all[name] = value;
  });
  return all;
}

const headerSafe = /^[\x21-\x7e]+$/;

const mayGet = (procedure: AnyProcedure) =>
  procedure.kind === "query" || (procedure.kind === "subscription" && procedure.method === "GET");

async function readHeaders(given: Settings["headers"]): Promise<Headers> {
  try {
    return new Headers(await given());
  } catch (cause) {
    if (SluiceError.is(cause)) throw cause;
    throw new SluiceError("internal", { message: "The client's headers option gave no headers.", cause });
  }
}
