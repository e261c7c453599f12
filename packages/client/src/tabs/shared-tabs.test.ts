import { afterEach, describe, expect, it, vi } from "vitest";
import { createClient } from "../client.js";
import { createBrowser } from "../test-kit/browser.test-kit.js";
import { contract, live, post, setUp, until } from "../test-kit/set-up.test-kit.js";
import { sharedTabs } from "./shared-tabs.js";

afterEach(() => vi.unstubAllGlobals());

describe("an option that is wrong is named, with what is allowed", () => {
  it.each([
    [undefined, /options of sharedTabs are undefined; allowed is an object/],
    [{}, /"key" of sharedTabs is undefined; allowed is a user's id .*, or null/],
    [{ key: "" }, /"key" of sharedTabs is ""/],
    [{ key: Number.NaN }, /"key" of sharedTabs is NaN/],
    [{ key: {} }, /"key" of sharedTabs is \[object Object\]/],
    [{ key: "u", user: "u" }, /"user" of sharedTabs is unknown; allowed is key/],
  ])("%j", (options, message) => {
    expect(() => sharedTabs(options as never)).toThrow(message);
  });

  it("the client's tabs option takes what sharedTabs gives", () => {
    const make = () => createClient(contract, { url: "http://a", tabs: { key: "u" } as never });
    expect(make).toThrow(/"tabs" is \[object Object\]; allowed is what sharedTabs\(\) of @sluice\/client\/tabs gives/);
  });
});

it("gives each client its own streams where there is no page, as in Node", async () => {
  const { server, client } = await setUp({ tabs: sharedTabs({ key: null }) });
  const posts: string[] = [];
  client.feed.subscribe({ on: { post: (text) => posts.push(text) } });
  (await server.next()).open().send(live(0), post("a", 1));
  await until(() => posts.length > 0);
});

/** As a browser has them. */
function stubBrowser(at = "https://app.test/page") {
  const { page } = createBrowser().open("a");
  const asked: string[] = [];
  class Channel {
    constructor(name: string) {
      asked.push(name);
    }
    addEventListener() {}
    postMessage() {}
    close() {}
  }
  const add = () => {};
  vi.stubGlobal("document", { visibilityState: "visible", addEventListener: add, removeEventListener: add });
  vi.stubGlobal("addEventListener", add);
  vi.stubGlobal("removeEventListener", add);
  vi.stubGlobal("location", new URL(at));
  vi.stubGlobal("navigator", { onLine: true, locks: { request: page.lock } });
  vi.stubGlobal("BroadcastChannel", Channel);
  return asked;
}

it("shares among clients with the same address and key only", async () => {
  const asked = stubBrowser();
  const channelOf = (url: string, key: string | number | null) => {
    const client = createClient(contract, { url, tabs: sharedTabs({ key }) });
    client.feed.subscribe({});
    client.$close();
    return asked.at(-1);
  };
  const first = channelOf("/api", "u1");
  expect(channelOf("https://app.test/api/", "u1")).toBe(first);
  const others = [
    channelOf("/api", "u2"),
    channelOf("/api", 1),
    channelOf("/api", "1"),
    channelOf("/api", null),
    channelOf("/api", "null"),
    channelOf("/other", "u1"),
    channelOf("https://other.test/api", "u1"),
  ];
  expect(new Set([first, ...others]).size).toBe(others.length + 1);
});

it.each(["BroadcastChannel", "navigator"])(
  "gives each tab its own streams in a browser without %s",
  async (missing) => {
    const asked = stubBrowser();
    vi.stubGlobal(missing, missing === "navigator" ? { onLine: true } : undefined);
    const { server, client } = await setUp({ tabs: sharedTabs({ key: "u" }) });
    const posts: string[] = [];
    client.feed.subscribe({ on: { post: (text) => posts.push(text) } });
    (await server.next()).open().send(live(0), post("a", 1));
    await until(() => posts.length > 0);
    expect(asked).toEqual([]);
  },
);
