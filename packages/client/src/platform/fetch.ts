/**
 * Headers as `fetch` takes them; a member that is `undefined` is not sent. Not `HeadersInit`, which a project without DOM
 * types doesn't have.
 */
export type HeadersLike =
  | Readonly<Record<string, string | undefined>>
  | readonly (readonly [name: string, value: string])[]
  | { forEach(tell: (value: string, name: string) => void): void };

/** The second argument that a client passes to `fetch`. */
export interface FetchInit {
  readonly method: "GET" | "POST" | "HEAD";
  /** A plain object: implementations may refuse the `Headers` of another. */
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  readonly credentials?: CredentialsMode;
  readonly cache: "no-store";
}

/** Whether cookies are sent: the option of `fetch`. */
export type CredentialsMode = "omit" | "same-origin" | "include";

/** Reads a body; a `ReadableStreamDefaultReader` fits. */
export interface BodyReader {
  read(): Promise<{ readonly done?: boolean; readonly value?: unknown }>;
  cancel?(): unknown;
}

/** A body that streams: a web stream, as of fetch, or a Node stream, as of node-fetch. */
export type FetchBody = { getReader(): BodyReader } | AsyncIterable<unknown>;

/** The part of a response that a client uses. A `Response` fits. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** For error messages. */
  readonly url?: string;
  /** Chunks are `Uint8Array`s. Needed for event streams; all else is read by `text`. */
  readonly body?: FetchBody | null;
  text(): Promise<string>;
}

/**
 * The part of `fetch` that a client uses, so that other implementations and wrappers fit: the global one, undici's,
 * expo/fetch, node-fetch.
 *
 * @example createClient(contract, { url, fetch: (address, init) => fetch(address, { ...init, keepalive: true }) });
 */
export type FetchLike = (address: string, init: FetchInit) => Promise<FetchResponse>;

/** `undefined` for a body that doesn't stream, as of a fetch built on XMLHttpRequest. */
export function readerOf(body: FetchBody | null | undefined): BodyReader | undefined {
  if (!body) return undefined;
  if ("getReader" in body) return body.getReader();
  const iterator = body[Symbol.asyncIterator]?.();
  return iterator && { read: () => iterator.next(), cancel: () => iterator.return?.() };
}

/** Cancels a body, for implementations of fetch that ignore signals. Never throws: there may be nothing to cancel. */
export function letGo(getReader: () => BodyReader | undefined): void {
  void (async () => getReader()?.cancel?.())().catch(() => {});
}
