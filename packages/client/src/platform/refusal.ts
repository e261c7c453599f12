import type { FetchInit } from "./fetch.js";

/** What platforms say where they can't make a request of what they were given; and Node's fetch, beneath "fetch failed". */
const refusal =
  /Failed to (execute|construct|parse)|\.fetch: |Request(Init| constructor| has| cannot)|^Type error|header name|accepted type|AbortSignal|ByteString|INVALID_ARG|NOT_SUPPORTED|bad port/;

/** The ports from 1024 on that no fetch asks. Browsers call it a network error. https://fetch.spec.whatwg.org/#port-blocking */
const blockedPort = /^https?:..[^/]*:(1719|172[03]|2049|3659|4045|4190|506[01]|6000|6566|666[5-9]|6679|6697|10080)\//;

/**
 * Why the platform will never send this request, whoever asks it to; `undefined` if the network may have failed. fetch rejects
 * with a TypeError for both, so this is asked when one has: by what is said, and by making the request again without sending
 * it. (Without the signal, which only some refuse.) CORS, mixed content and a page's policy look like the network and stay so.
 */
export function refusalOf(error: unknown, address: string, init: FetchInit): unknown {
  try {
    const { name, message, cause } = error as Error & { readonly cause?: { code?: string; message: string } };
    if (name !== "TypeError") return undefined;
    // Some name the address, which may hold any word.
    const said = `${message} ${cause?.code} ${cause?.message}`.replace(address, "");
    if (refusal.test(said) || blockedPort.test(address)) return cause?.message ?? message;
  } catch {
    return undefined; // not a platform's: it can't be looked at
  }
  try {
    if (typeof Request === "function") new Request(address.replace(/^\//, "http://a/"), { ...init, signal: null });
    return undefined;
  } catch (why) {
    return why;
  }
}
