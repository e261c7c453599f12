import { afterEach, expect, it, vi } from "vitest";
import { fakeServer } from "./index.js";
import { contract } from "./scores.test-kit.js";

afterEach(() => vi.unstubAllGlobals());

it("an environment that can't run a server, as Jest's jsdom, is named, with a cure", () => {
  for (const name of ["Request", "Response", "ReadableStream"]) vi.stubGlobal(name, undefined);
  expect(() => fakeServer(contract)).toThrow(
    "fakeServer(): this environment has no Request, Response, ReadableStream. In Jest, use the environment jest-fixed-jsdom",
  );
});
