import { type ClientOptions, createClient } from "@sluice/client";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { contract, options } from "./counter.ts";

afterEach(() => vi.restoreAllMocks());

/** The code of the first failure of a subscription with these options, and whether it is final. */
const outcome = (given: Partial<ClientOptions>) =>
  new Promise<string>((resolve) => {
    const client = createClient(contract, { ...options, ...given });
    const stop = client.counter.subscribe("refused", {
      onConnection({ status, error }) {
        if (status !== "closed" && error) resolve(`${error.code}, tried again`);
      },
      onError: ({ code }) => resolve(`${code}, final`),
    });
    setTimeout(() => resolve("neither"), 5_000);
    onTestFinished(() => stop());
  });

const sending = (init: object): Partial<ClientOptions> => ({
  fetch: (address, own) => fetch(address, { ...own, ...init }),
});

test.each<[string, Partial<ClientOptions>]>([
  ["credentials in the URL", { url: "http://me:secret@127.0.0.1:1/api" }],
  ["a port that no fetch asks", { url: "http://127.0.0.1:6000/api" }],
  ["a header that none can have", { headers: () => ({ authorization: "token €" }) }],
  ["a body that no GET may have", sending({ body: "x" })],
  ["an option that the platform doesn't know", sending({ credentials: "everything" })],
  ["a mode that no page may ask for", sending({ mode: "navigate" })],
])("%s is final", async (_, given) => {
  expect(await outcome(given)).toBe("protocol, final");
});

test("an unreachable server is retried", async () => {
  expect(await outcome({ url: "http://127.0.0.1:1024/api" })).toBe("network, tried again");
});

test("a page that reports offline still sends requests to a local server", async () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const client = createClient(contract, options);
  const states: string[] = [];
  const stop = client.counter.subscribe("offline", { onConnection: ({ status }) => states.push(status) });
  await vi.waitFor(() => expect(states).toEqual(["connecting", "live"]), 10_000);
  stop();
});
