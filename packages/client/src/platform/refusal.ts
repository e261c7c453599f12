import type { FetchInit } from "./fetch.js";

/**
 * Messages of platforms that can't build a request from what they were given; in Node, of the cause of "fetch failed".
 */
const refusal =
  /Failed to (execute|construct|parse)|\.fetch: |Request(Init| constructor| has| cannot)|^Type error|header name|accepted type|AbortSignal|ByteString|INVALID_ARG|NOT_SUPPORTED|bad port/;

/** Blocked ports from 1024 on. Browsers report them as a network error. https://fetch.spec.whatwg.org/#port-blocking */
const blockedPort = /^https?:..[^/]*:(1719|172[03]|2049|3659|4045|4190|506[01]|6000|6566|666[5-9]|6679|6697|10080)\//;

/**
 * Why the platform will never send this request; `undefined` if the network may have failed. fetch rejects with a
 * TypeError for both, so this looks at the message, and then builds the request again without sending it (without the
 * signal, which some platforms refuse). CORS, mixed content and a content security policy can't be told from a network
 * failure.
 */
export function refusalOf(error: unknown, address: string, init: FetchInit): unknown {
  try {
    const { name, message, cause } = error as Error & { readonly cause?: { code?: string; message: string } };
    if (name !== "TypeError") return undefined;
    // Some messages contain the address, which may contain any word.
    const said = `${message} ${cause?.code} ${cause?.message}`.replace(address, "");
    if (refusal.test(said) || blockedPort.test(address)) return cause?.message ?? message;
  } catch {
    return undefined; // not an error of the platform: reading it throws
  }
  try {
    if (typeof Request === "function") new Request(address.replace(/^\//, "http://a/"), { ...init, signal: null });
    return undefined;
  } catch (why) {
    return why;
  }
}
