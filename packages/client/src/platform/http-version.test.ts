import { afterEach, expect, it, vi } from "vitest";
import { sharesConnection } from "./http-version.js";

// That browsers say so is in test/conformance/multiplexed-client.chromium.test.ts.

afterEach(() => vi.unstubAllGlobals());

const page = "https://app.example/scores";
const rows: readonly [what: string, url: string, name: string, protocol: string, shares: boolean][] = [
  ["the page came over HTTP/2", "/api", page, "h2", true],
  ["the page came over HTTP/3", "https://app.example/api", page, "h3", true],
  ["the page came over HTTP/1.1", "/api", page, "http/1.1", false],
  ["the API is elsewhere", "https://api.example", page, "h2", false],
  ["the API is on another port", "https://app.example:8443", page, "h2", false],
  ["something came from where the API is", "https://api.example", "https://api.example/logo.svg", "h2", true],
  ["that doesn't say how", "https://api.example", "https://api.example/logo.svg", "", false],
  ["the name of another site begins alike", "https://api.example", "https://api.example.test/logo.svg", "h2", false],
];

it.each(rows)("%s", (_, url, name, nextHopProtocol, shares) => {
  vi.stubGlobal("location", { href: page });
  vi.stubGlobal("performance", { getEntries: () => [{ name: "first-paint" }, { name, nextHopProtocol }] });
  expect(sharesConnection(url)).toBe(shares);
});

it("is not known without a page", () => expect(sharesConnection("https://api.example")).toBe(false));
