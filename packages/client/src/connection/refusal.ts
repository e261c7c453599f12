import type { FetchInit } from "./fetch.js";

/**
 * What says that nothing was sent and nothing ever will be: words of platforms that can't make a request of what they were given,
 * what Node's fetch says beneath "fetch failed", and addresses with a port that no fetch asks, from 1024 on; browsers take
 * these for a network error (https://fetch.spec.whatwg.org/#port-blocking).
 */
const impossible =
  /Failed to (execute|construct|parse)|RequestInit|Request constructor|accepted type|AbortSignal|ByteString|INVALID_ARG|NOT_SUPPORTED|bad port|:(1719|172[03]|2049|3659|4045|4190|506[01]|6000|6566|666[5-9]|6679|6697|10080)\//;

/**
 * Why the platform will never send this request, whoever asks it to; `undefined` if the network may have failed. fetch rejects
 * with a TypeError for both, so this is asked when one has: by what is said, and by making the request again without sending
 * it. (Without the signal, which only some refuse.) CORS, mixed content and a page's policy look like the network and stay so.
 */
export function refusalOf(error: unknown, address: string, init: FetchInit): unknown {
  try {
    const { name, message, cause } = error as Error & { readonly cause?: { code?: string; message: string } };
    if (name !== "TypeError") return undefined;
    if (impossible.test(`${message} ${cause?.code} ${cause?.message} ${address}`)) return cause?.message ?? message;
  } catch {
    return undefined; // not a platform's: it can't be looked at
  }
  try {
    if (typeof Request === "function") new Request(address.replace(/^\//, "http://a/"), { ...init, signal: null });
    return undefined;
  } catch (refusal) {
    return refusal;
  }
}
