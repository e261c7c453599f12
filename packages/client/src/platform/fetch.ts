/** Headers as `fetch` takes them. Spelled out: a project whose `lib` has no DOM may not know `HeadersInit`. */
export type HeadersLike =
  | Readonly<Record<string, string>>
  | readonly (readonly [name: string, value: string])[]
  | { forEach(tell: (value: string, name: string) => void): void };

/** What a client gives its `fetch` beside the address. */
export interface FetchInit {
  readonly method: "GET" | "POST";
  /** A plain object, which every implementation takes, whoever made its `Headers`. */
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  readonly credentials?: CredentialsMode;
  readonly cache: "no-store";
}

/** Whether cookies go along, as of `fetch`. */
export type CredentialsMode = "omit" | "same-origin" | "include";

/** What is read a body with; that of a web stream fits. */
export interface BodyReader {
  read(): Promise<{ readonly done?: boolean; readonly value?: unknown }>;
  cancel?(): unknown;
}

/** A body that can be read while it comes: a web stream, as fetch gives it, or one of Node's, as node-fetch does. */
export type FetchBody = { getReader(): BodyReader } | AsyncIterable<unknown>;

/** What a client takes from an answer. A `Response` fits. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** For messages. */
  readonly url?: string;
  /** Chunks are `Uint8Array`s. Needed for streams; the rest is read by `text`. */
  readonly body?: FetchBody | null;
  text(): Promise<string>;
}

/**
 * A `fetch` with as much of it as a client uses, so that other implementations and wrappers fit: the global one, undici's,
 * expo/fetch, node-fetch.
 *
 * @example createClient(contract, { url, fetch: (address, init) => fetch(address, { ...init, keepalive: true }) });
 */
export type FetchLike = (address: string, init: FetchInit) => Promise<FetchResponse>;

/** Nothing where the body can't be read while it comes, as where fetch is built on XMLHttpRequest. */
export function readerOf(body: FetchBody | null | undefined): BodyReader | undefined {
  if (!body) return undefined;
  if ("getReader" in body) return body.getReader();
  const iterator = body[Symbol.asyncIterator]?.();
  return iterator && { read: () => iterator.next(), cancel: () => iterator.return?.() };
}

/** A fetch that knows nothing of signals still learns that nobody reads any more. Never fails: there may be nothing to let go of. */
export function letGo(getReader: () => BodyReader | undefined): void {
  void (async () => getReader()?.cancel?.())().catch(() => {});
}
