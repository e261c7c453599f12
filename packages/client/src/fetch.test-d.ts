import { defineContract, query } from "@sluice/contract";
import { test } from "vitest";
import * as z from "zod";
import { createClient, type FetchLike } from "./index.js";
import { createClient as createWireClient } from "./types-only.js";

const contract = defineContract({ list: query({ output: z.array(z.string()) }) });

/** Declarations like those of undici, expo and node-fetch, which don't use the DOM's types. */
declare const undiciFetch: (
  input: string | URL | UndiciRequest,
  init?: {
    method?: string;
    keepalive?: boolean;
    headers?: [string, string][] | Record<string, string | readonly string[]> | UndiciHeaders;
    body?: string | ArrayBuffer | Iterable<Uint8Array> | AsyncIterable<Uint8Array> | null;
    credentials?: "omit" | "include" | "same-origin";
    cache?: "default" | "force-cache" | "no-cache" | "no-store" | "only-if-cached" | "reload";
    signal?: AbortSignal | null;
    dispatcher?: { dispatch(): boolean };
  },
) => Promise<UndiciResponse>;
interface UndiciRequest {
  readonly duplex: "half";
}
interface UndiciHeaders extends Iterable<[string, string]> {
  readonly get: (name: string) => string | null;
  readonly getSetCookie: () => string[];
}
interface UndiciResponse {
  readonly status: number;
  readonly url: string;
  readonly headers: UndiciHeaders;
  readonly body: import("node:stream/web").ReadableStream | null;
  readonly text: () => Promise<string>;
}
declare const expoFetch: (
  url: string,
  init?: {
    body?: BodyInit | null;
    credentials?: RequestCredentials;
    headers?: HeadersInit;
    method?: string;
    signal?: AbortSignal | null;
  },
) => Promise<Omit<Response, "clone"> & { readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null }>;
declare const nodeFetch: (
  url: URL | string,
  init?: { body?: Blob | string | null; headers?: [string, string][] | Record<string, string>; method?: string },
) => Promise<{
  readonly status: number;
  readonly url: string;
  readonly headers: { get(name: string): string | null; raw(): Record<string, string[]> };
  readonly body: NodeJS.ReadableStream | null;
  text(): Promise<string>;
}>;
declare const xhrFetch: (
  url: string,
) => Promise<{ readonly status: number; readonly headers: Headers; text(): Promise<string> }>;

test("accepts every fetch implementation", () => {
  for (const fetch of [globalThis.fetch, undiciFetch, expoFetch, nodeFetch, xhrFetch] satisfies FetchLike[]) {
    createClient(contract, { url: "/api", fetch });
  }
  createClient(contract, { url: "/api", fetch: (address, init) => fetch(address, { ...init, keepalive: true }) });
  createClient(contract, { url: "/api", fetch: async () => new Response("{}") });
});

/** As an adapter on the server is typed that is called in place of the network. */
declare const inProcess: (input: Request | string | URL, init?: RequestInit) => Promise<Response>;

test("accepts a server's handler, called in process", () => {
  createClient(contract, { url: "http://sluice/api", fetch: inProcess });
  createWireClient<typeof contract>({ url: "http://sluice/api", fetch: inProcess });
});

test("refuses other functions", () => {
  // @ts-expect-error gives no answer
  createClient(contract, { url: "/api", fetch: async () => {} });
  // @ts-expect-error its address is no text
  createClient(contract, { url: "/api", fetch: async (_: number) => new Response() });
  // @ts-expect-error an answer without headers
  createClient(contract, { url: "/api", fetch: async () => ({ status: 200, text: async () => "" }) });
});
