import { signalOf } from "./fetch-runtime.js";

/** How a handler was called. */
export interface FetchCall {
  readonly request: Request;
  /** What the runtime passed after the request. */
  readonly rest: readonly unknown[];
  /** Aborts when the client leaves. `undefined`: the runtime has another way to tell. */
  readonly signal: AbortSignal | undefined;
  /** Whether it was called like `fetch`: then an abort rejects the response, or its body. */
  readonly isInProcess: boolean;
}

/**
 * Tells a call by a server from one that calls the handler like `fetch`.
 *
 * @throws TypeError if the URL or `init` is not valid.
 */
export function fetchCall(given: Request | string | URL, rest: readonly unknown[]): FetchCall {
  if (isRequest(given)) return { request: given, rest, signal: signalOf(given, rest[0]), isInProcess: false };
  const { method = "GET", headers = {}, body, signal } = (rest[0] ?? {}) as RequestInit;
  // `Request` refuses a signal from another realm, such as jsdom's, and workerd refuses other members of `init`.
  const init = { method, headers, ...(body && { body, duplex: "half" }) } as RequestInit;
  return { request: new Request(given, init), rest: [], signal: signal ?? undefined, isInProcess: true };
}

/** Not `instanceof`: the request may be from another realm, or a framework's own. */
const isRequest = (given: object | string): given is Request => typeof given === "object" && "headers" in given;
