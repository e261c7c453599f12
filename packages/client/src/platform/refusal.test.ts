import { SluiceError } from "@sluice/contract";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ClientOptions } from "../client-options.js";
import { setUp, until } from "../test-kit/set-up.test-kit.js";

afterEach(() => vi.unstubAllGlobals());

/** The errors of a subscription, a loop and a call with these options. */
async function failuresWith(options: Partial<ClientOptions>): Promise<readonly unknown[]> {
  const { client, server, clock } = await setUp(options);
  const told = new Promise((resolve) => client.feed.subscribe(undefined, { onError: resolve }));
  const loop = client.feed.iterate(undefined)[Symbol.asyncIterator]();
  const asked = [told, loop.next(), client.scores.find({ text: "x" }), client.scores.clear()];
  const failures = await Promise.all(asked.map((promise) => promise.then((error) => error).catch((error) => error)));
  expect(server.requests).toEqual([]);
  expect(clock.pending).toEqual([]);
  return failures;
}

const custom = (fetch: unknown): Partial<ClientOptions> => ({ fetch: fetch as never });
const sending = (init: object) => custom((address: string, own: RequestInit) => fetch(address, { ...own, ...init }));

describe("a request that can never be sent is a final error, for a subscription, a loop and a call", () => {
  test.each<[string, Partial<ClientOptions>]>([
    ["a header's value that none can have", { headers: () => ({ authorization: "token €" }) }],
    ["a header's name that none can have", { headers: async () => ({ "no name": "x" }) }],
    ["headers that are none", { headers: () => 5 as never }],
    ["a header that the platform sends itself", { headers: () => ({ "transfer-encoding": "chunked" }) }],
    ["credentials in the URL", { url: "http://me:secret@127.0.0.1:1/api" }],
    ["a port that no fetch asks", { url: "http://127.0.0.1:6000/api" }],
    ["a port below 1024 that no fetch asks", { url: "http://127.0.0.1:25/api" }],
    ["an option of fetch's that the platform doesn't know", sending({ credentials: "everything" })],
    ["a signal that the application's fetch makes wrong", sending({ signal: {} })],
    ["a redirect mode that the platform doesn't know", sending({ redirect: "perhaps" })],
  ])("%s", async (_, options) => {
    for (const failure of await failuresWith(options)) {
      expect(failure).toMatchObject({ code: "protocol", retryable: false, cause: expect.any(TypeError) });
    }
  });

  test("a port that fetch blocks, which browsers report as a network error", async () => {
    const options = custom(() => Promise.reject(new TypeError("Failed to fetch")));
    for (const port of [6000, 6667, 10080]) {
      for (const failure of await failuresWith({ url: `http://localhost:${port}/api`, ...options })) {
        expect(failure).toMatchObject({ code: "protocol", message: expect.stringContaining(`:${port}/api`) });
      }
    }
  });

  test("a foreign AbortController, such as jsdom's, whose signals the platform refuses", async () => {
    class ForeignController {
      readonly signal = { aborted: false, addEventListener() {}, removeEventListener() {} };
      abort() {
        this.signal.aborted = true;
      }
    }
    vi.stubGlobal("AbortController", ForeignController);
    const refusal = 'RequestInit: Expected signal ("AbortSignal {}") to be an instance of AbortSignal.';
    // Node 20 accepts it. Later versions report this error.
    const { client } = await setUp(custom(() => Promise.reject(new TypeError(refusal))));
    const error = await new Promise((resolve) => client.feed.subscribe(undefined, { onError: resolve }));
    expect(error).toMatchObject({ code: "protocol", message: expect.stringContaining(refusal) });
    await expect(client.feed.iterate(undefined)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "protocol",
    });
  });

  test.each<[string, string, unknown]>([
    [
      "Chromium",
      "Failed to execute 'fetch' on 'Window': Failed to read the 'credentials' property from 'RequestInit'",
      "",
    ],
    ["Firefox", "Window.fetch: 'x' (value of 'credentials' member of RequestInit) is not a valid value", ""],
    [
      "Node",
      "fetch failed",
      Object.assign(new Error("expect header not supported"), { code: "UND_ERR_NOT_SUPPORTED" }),
    ],
  ])("the words of %s", async (_, words, cause) => {
    const refuse = () => Promise.reject(new TypeError(words, { cause }));
    for (const failure of await failuresWith(custom(refuse))) expect(failure).toMatchObject({ code: "protocol" });
  });

  test("an application function that throws a final error", async () => {
    const refuse = () => Promise.reject(new SluiceError("forbidden", { message: "not signed in" }));
    for (const options of [custom(refuse), { headers: refuse }]) {
      for (const failure of await failuresWith(options)) expect(failure).toMatchObject({ code: "forbidden" });
    }
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "hello"],
    ["an object that is no answer", {}],
    ["an answer without headers", { status: 200, text: async () => "" }],
    ["an answer whose headers can't be asked", { status: 200, headers: { "content-type": "text/event-stream" } }],
  ])("a fetch that gives %s", async (_, answer) => {
    for (const failure of await failuresWith(custom(async () => answer))) {
      expect(failure).toMatchObject({ code: "protocol", message: expect.stringContaining("fetch option") });
    }
  });

  test("a body that yields anything but bytes", async () => {
    const getReader = () => ({ read: async () => ({ value: "text" }) });
    const headers = { get: () => "text/event-stream" };
    const { client } = await setUp(custom(async () => ({ status: 200, headers, body: { getReader } })));
    const error = await new Promise((resolve) => client.feed.subscribe(undefined, { onError: resolve }));
    expect(error).toMatchObject({ code: "protocol", message: expect.stringContaining("cannot be read") });
  });
});

/** Throws at any access. */
const untouchable = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

describe("a possible network error is retried", () => {
  test.each<[string, unknown]>([
    ["Chromium's word", new TypeError("Failed to fetch")],
    ["Firefox's word", new TypeError("NetworkError when attempting to fetch resource.")],
    ["Safari's word", new TypeError("Load failed")],
    ["an older Safari's word", new TypeError("The network connection was lost.")],
    ["React Native's word", new TypeError("Network request failed")],
    ["Node's word", new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) })],
    ["Bun's word", Object.assign(new Error("Unable to connect."), { code: "ConnectionRefused" })],
    ["a timeout of the application's own", new DOMException("late", "TimeoutError")],
    ["an error of the application's own", new Error("no token yet")],
    ["nothing", undefined],
    ["null", null],
    ["something that can't be looked at", untouchable()],
  ])("%s", async (_, thrown) => {
    for (const refuse of [
      () => Promise.reject(thrown),
      () => {
        throw thrown;
      },
    ]) {
      const calls = vi.fn(refuse);
      const { clock, client } = await setUp(custom(calls));
      const onError = vi.fn();
      client.feed.subscribe(undefined, { onError });
      await until(() => clock.pending.includes(500));
      clock.advance(500);
      await until(() => clock.pending.includes(1_000));
      expect(calls).toHaveBeenCalledTimes(2);
      expect(onError).not.toHaveBeenCalled();
      await expect(client.scores.clear()).rejects.toMatchObject({ code: "network" });
    }
  });

  test("an error that contains an address with the words of a refusal", async () => {
    const named = (address: string) => Promise.reject(new TypeError(`error sending request for url (${address})`));
    const { client } = await setUp(custom(named));
    await expect(client.scores.find({ text: "NOT_SUPPORTED" })).rejects.toMatchObject({ code: "network" });
    await expect(client.scores.find({ text: "http://localhost:6000/" })).rejects.toMatchObject({ code: "network" });
  });

  test("a server that is down, with the platform's own fetch", async () => {
    const { server, clock, client } = await setUp();
    await server.close();
    client.feed.subscribe(undefined, {});
    await until(() => clock.pending.includes(500));
    await expect(client.scores.clear()).rejects.toMatchObject({ code: "network" });
  });
});
