import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundle, type Stub } from "./test-kit/bundle.test-kit.js";

const contract = `
import { defineContract, query, subscription } from "@sluice/contract";
import * as z from "zod";
export const contract = defineContract({
  scores: { watch: subscription({ input: z.object({ matchId: z.string() }), events: { goal: z.string() } }) },
  list: query({ output: z.array(z.string()) }),
});
`;
const fromTypes = `
import { createClient } from "@sluice/client/types-only";
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

/** All that every client has, and none of what it is for. */
const anyClient = (entry: string) => `
import { createClient } from "@sluice/client${entry}";
globalThis.made = createClient;
`;

/** Modules that contain schemas or run them. */
const schemaCode =
  /\/zod\/|\/contract\/src\/(schema|schema-rules|schema-codec|encode-input|rules|zod-coder|validation-error)\.ts$/;

/** Modules that make a client. */
const clientCode = /\/client\/src\/procedure\/(wire|contract)-client\.ts$/;

/** Each lane has a stream of its own. */
const withoutCarrier: Stub = [
  "/transport/multiplexed/carrier.ts",
  `
import { openStream } from "../event-stream.js";
export const createCarrier = (settings) => (request, sink) => {
  const lane = { request, sink };
  const stream = openStream(settings, [lane]);
  return { check: stream.check, close: () => void stream.drop(lane) };
};
`,
];

test.each<[what: string, entry: string, most: number, stubs?: readonly Stub[]]>([
  ["a client of a contract", "", 13_290],
  ["a client of a contract, but for what carries lanes on one stream", "", 12_139, [withoutCarrier]],
  ["a client from types only", "/types-only", 13_600],
])("the code of %s stays small, minified and gzipped", async (_what, entry, most, stubs) => {
  const { code } = await bundle(anyClient(entry), contract, "es", "production", stubs);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(most);
});

test("a client that shares with no other tabs contains nothing of it", async () => {
  const { modules } = await bundle(fromContract, contract);
  expect(modules.filter((id) => id.includes("/client/src/tabs/"))).toEqual([]);
  const withTabs = `${fromContract} import { sharedTabs } from "@sluice/client/tabs"; globalThis.made = sharedTabs;`;
  const { modules: sharing } = await bundle(withTabs, contract);
  expect(sharing.filter((id) => id.includes("/client/src/tabs/"))).not.toEqual([]);
}, 60_000);

test("hooks of an application that renders on no server contain nothing that is for that", async () => {
  const hydrationCode = /\/query\/(hydration|adopted-view|arrivals|dehydrated|origins|seeded-source)\.ts$/;
  const withHooks = (names: string) =>
    `${fromContract} import { ${names} } from "@sluice/client/query"; globalThis.made = [${names}];`;
  const { modules } = await bundle(withHooks("sluiceQuery, sluiceSubscription"), contract);
  expect(modules.filter((id) => hydrationCode.test(id))).toEqual([]);
  const { modules: rendering } = await bundle(withHooks("sluiceSubscription, hydration"), contract);
  expect(rendering.filter((id) => hydrationCode.test(id))).toHaveLength(6);
}, 60_000);

test("an application whose mutations show in no state contains nothing that is for that", async () => {
  const pendingCode = /\/query\/(sluice-pending|pending-layer|pending-change|mutation-outcome)\.ts$/;
  const withMutations = (names: string) =>
    `${fromContract} import { ${names} } from "@sluice/client/query"; globalThis.made = [${names}];`;
  const { modules } = await bundle(withMutations("sluiceMutation, sluiceSubscription, hydration"), contract);
  expect(modules.filter((id) => pendingCode.test(id))).toEqual([]);
  const { modules: optimistic } = await bundle(withMutations("sluiceMutation, sluicePending"), contract);
  expect(optimistic.filter((id) => pendingCode.test(id))).toHaveLength(4);
}, 60_000);

test("an application with only a contract's type contains no schema and nothing that runs one", async () => {
  const { modules, code } = await bundle(fromTypes, contract);
  expect(modules.filter((id) => schemaCode.test(id))).toEqual([]);
  expect(code).not.toMatch(/_zod|~standard/);
  expect(modules.filter((id) => clientCode.test(id))).toEqual([expect.stringContaining("/wire-client.ts")]);
}, 60_000);

test("an application with the contract contains both, so the test above would see them", async () => {
  const { modules, code } = await bundle(fromContract, contract);
  for (const part of ["/zod/", "/schema.ts", "/encode-input.ts"]) {
    expect(modules.filter((id) => schemaCode.test(id) && id.includes(part))).not.toEqual([]);
  }
  expect(modules.filter((id) => clientCode.test(id))).toEqual([expect.stringContaining("/contract-client.ts")]);
  expect(code).toMatch(/_zod/);
}, 60_000);
