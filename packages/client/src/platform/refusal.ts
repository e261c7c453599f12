import { isDevelopment } from "#development";
import type { FetchInit } from "./fetch.js";

/**
 * Messages of platforms that can't build a request from what they were given; in Node, of the cause of "fetch failed".
 */
const refusal =
  /Failed to (execute|construct|parse)|\.fetch: |Request(Init| constructor| has| cannot)|^Type error|header name|accepted type|AbortSignal|ByteString|INVALID_ARG|NOT_SUPPORTED|bad port/;

/** Blocked ports from 1024 on. Browsers report them as a network error. https://fetch.spec.whatwg.org/#port-blocking */
const blockedPort = /^https?:..[^/]*:(1719|172[03]|2049|3659|4045|4190|506[01]|6000|6566|666[5-9]|6679|6697|10080)\//;

/** What the platform said of a request that it won't send. `fetch` rejects with a TypeError for a failed network, too. */
function saidOf(error: unknown, address: string): unknown {
  try {
    const { name, message, cause } = error as Error & { readonly cause?: { code?: string; message: string } };
    if (name !== "TypeError") return undefined;
    // Some messages contain the address, which may contain any word.
    const said = `${message} ${cause?.code} ${cause?.message}`.replace(address, "");
    return refusal.test(said) || blockedPort.test(address) ? (cause?.message ?? message) : undefined;
  } catch {
    return undefined; // not an error of the platform: reading it throws
  }
}

/**
 * Why the platform will never send this request; `undefined` if the network may have failed. Builds the request again without
 * sending it (without the signal, which some platforms refuse). In development, this knows platforms' messages as well. CORS, mixed
 * content and a content security policy can't be told from a network failure.
 */
export function refusalOf(error: unknown, address: string, init: FetchInit): unknown {
  const said = isDevelopment && saidOf(error, address);
  if (said) return said;
  try {
    if (typeof Request === "function") new Request(address.replace(/^\//, "http://a/"), { ...init, signal: null });
    return undefined;
  } catch (why) {
    return why;
  }
}
