import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundle } from "./test-kit/bundle.test-kit.js";

const contract = `
import { defineContract, query, subscription } from "@sluice/contract";
import * as z from "zod";
export const contract = defineContract({
  scores: { watch: subscription({ input: z.object({ matchId: z.string() }), events: { goal: z.string() } }) },
  list: query({ output: z.array(z.string()) }),
});
`;
const fromTypes = `
import { createClient } from "@sluice/client";
import type { contract } from "./fixture-contract.js";
const client = createClient<typeof contract>({ url: "/api" });
client.scores.watch.subscribe({ matchId: "m1" }, { on: { goal: console.log } });
client.list().then(console.log);
`;
const fromContract = `
import { createClient } from "@sluice/client";
import { contract } from "./fixture-contract.js";
createClient(contract, { url: "/api" }).list().then(console.log);
`;

/** Modules that contain schemas or run them. */
const schemaCode =
  /\/zod\/|\/contract\/src\/(schema|schema-rules|schema-codec|encode-input|rules|zod-coder|validation-error)\.ts$/;

test("an application with only a contract's type contains no schema and nothing that runs one", async () => {
  const { modules, code } = await bundle(fromTypes, contract);
  expect(modules.filter((id) => schemaCode.test(id))).toEqual([]);
  expect(code).not.toMatch(/_zod|~standard/);
  expect(modules.some((id) => id.endsWith("/client/src/procedure/wire-client.ts"))).toBe(true);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThan(14_150);
}, 60_000);

test("an application with the contract contains both, so the test above would see them", async () => {
  const { modules, code } = await bundle(fromContract, contract);
  for (const part of ["/zod/", "/schema.ts", "/encode-input.ts"]) {
    expect(modules.filter((id) => schemaCode.test(id) && id.includes(part))).not.toEqual([]);
  }
  expect(code).toMatch(/_zod/);
}, 60_000);
