import { createContext, runInContext } from "node:vm";
import type { ContractTree } from "@sluice/contract";
import type { Client, ClientOptions } from "../index.js";
import type { FetchLike } from "../platform/fetch.js";
import { bundle } from "./bundle.test-kit.js";

/** `URL` as React Native had it for years: it holds the text and parses nothing. */
class OldUrl {
  readonly href: string;
  constructor(href: string) {
    this.href = href;
  }
  get searchParams(): never {
    throw new Error("URL.searchParams is not implemented");
  }
  get pathname(): never {
    throw new Error("URL.pathname is not implemented");
  }
  get origin(): never {
    throw new Error("URL.origin is not implemented");
  }
}

class OldUrlSearchParams {
  append(): void {}
  set(): never {
    throw new Error("URLSearchParams.set is not implemented");
  }
}

/** Has listeners, but no reason and no `throwIfAborted`, `any` or `timeout`. */
function oldAbortController() {
  return class {
    readonly #inner = new AbortController();
    readonly signal = new Proxy(this.#inner.signal, {
      get(target, key) {
        if (key === "reason" || key === "throwIfAborted") return undefined;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    abort(): void {
      this.#inner.abort();
    }
  };
}

/** expo/fetch on top of Node's: the response is no `Response`, its body no `ReadableStream` and without `cancel`. */
const expoFetch: FetchLike = async (address, { signal, ...init }) => {
  const controller = new AbortController();
  signal?.addEventListener("abort", () => controller.abort());
  const response = await fetch(address, { ...init, signal: controller.signal });
  const { status, headers, url, body } = response;
  return {
    status,
    url,
    headers: { get: (name) => headers.get(name) },
    body: body && {
      getReader() {
        const reader = body.getReader();
        return { read: () => reader.read() };
      },
    },
    text: () => response.text(),
  };
};

/** The globals of Hermes and Expo, minus those that `without` names. */
const globals = () => ({
  console,
  setTimeout,
  clearTimeout,
  queueMicrotask,
  AbortController: oldAbortController(),
  Headers,
  TextDecoder,
  URL: OldUrl,
  URLSearchParams: OldUrlSearchParams,
  navigator: { product: "ReactNative" },
  fetch: expoFetch,
  // Expo's development runtime defines one.
  location: { href: "http://192.168.0.2:8081/", origin: "http://192.168.0.2:8081" },
  performance: { now: () => performance.now() },
});

/**
 * Evaluates the client and a contract in a runtime such as React Native's, and returns a function that creates a client
 * there.
 */
export async function startReactNative<Tree extends ContractTree>(
  contract: string,
  without: readonly string[] = [],
): Promise<(options: ClientOptions) => Client<Tree>> {
  const app = `
    import { createClient } from "@sluice/client";
    import { contract } from "./fixture-contract.js";
    globalThis.makeClient = (options) => createClient(contract, options);
  `;
  const { code } = await bundle(app, contract, "iife");
  const context = createContext(globals());
  for (const name of ["WeakRef", ...without]) runInContext(`delete globalThis.${name}`, context);
  runInContext(code, context);
  return runInContext("makeClient", context);
}
