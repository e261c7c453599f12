import { expect, test } from "vitest";
import type { ClientOptions } from "./client-options.js";
import * as main from "./index.js";
import * as mainProduction from "./index-production.js";
import { bundle } from "./test-kit/bundle.test-kit.js";
import { contract } from "./test-kit/set-up.test-kit.js";
import * as typesOnly from "./types-only.js";
import * as typesOnlyProduction from "./types-only-production.js";

const fromContract = (options: object) => mainProduction.createClient(contract, options as ClientOptions);
const fromTypes = (options: object) => typesOnlyProduction.createClient<typeof contract>(options as ClientOptions);

test.each([
  ["the main entry", main, mainProduction],
  ["the entry for types only", typesOnly, typesOnlyProduction],
])("%s exports the same names for production", (_what, entry, forProduction) => {
  expect(Object.keys(forProduction)).toEqual(Object.keys(entry));
});

test.each([
  ["from a contract", fromContract],
  ["from types only", fromTypes],
])("in production, a client %s isn't made for a wrong url, which may come from the environment", (_what, create) => {
  for (const url of [undefined, "", "api", "//host", "/api?a=1"]) {
    const message = `Client option "url" is ${url === undefined ? url : JSON.stringify(url)}; allowed is a path such as`;
    expect(() => create({ url })).toThrow(message);
  }
  expect(() => create({ url: "/api", header: {} })).not.toThrow();
});

test("in production, options that can't be used are told by the first call", async () => {
  const { scores } = fromContract({ url: "http://localhost:99999" });
  await expect(scores.clear()).rejects.toMatchObject({
    code: "protocol",
    message: expect.stringContaining("http://localhost:99999/scores/clear can never be asked:"),
  });
  const { scores: others } = fromContract({ url: "http://localhost", headers: { "a b": "c" } });
  await expect(others.clear()).rejects.toMatchObject({
    code: "protocol",
    message: expect.stringContaining("headers option"),
  });
});

const application = (entry: string) => `
import { createClient } from "@sluice/client${entry}";
import { contract } from "./fixture-contract.js";
globalThis.made = [createClient, contract];
`;
const aContract = `
import { defineContract, query } from "@sluice/contract";
export const contract = defineContract({ list: query() });
`;
const checks = /\/(option-rules|url-option|option-names|check-tree|rules)\.ts$/;

test.each(["", "/types-only"])(
  "only a build for production leaves the checks of options and contracts out, beside @sluice/client%s",
  async (entry) => {
    const checksIn = async (mode: "development" | "production") => {
      const { modules } = await bundle(application(entry), aContract, "es", mode);
      return modules.filter((id) => checks.test(id)).map((id) => id.slice(id.lastIndexOf("/") + 1));
    };
    expect(await checksIn("production")).toEqual(["url-option.ts"]);
    expect(await checksIn("development")).toHaveLength(5);
  },
  60_000,
);
