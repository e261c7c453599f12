import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

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

/** An application's bundle. It stands beside this file without being written to disk. */
async function bundle(app: string) {
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const files = new Map([
    [here("./fixture-app.ts"), app],
    [here("./fixture-contract.ts"), contract],
  ]);
  const built = (await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@sluice/source", "module", "browser", "production"] },
    build: { write: false, minify: true, rolldownOptions: { input: here("./fixture-app.ts") } },
    plugins: [
      {
        name: "fixture",
        enforce: "pre",
        resolveId: (id) =>
          files.has(id) ? id : id === "./fixture-contract.js" ? here("./fixture-contract.ts") : undefined,
        load: (id) => files.get(id),
      },
    ],
  })) as Rolldown.RolldownOutput;
  const [chunk] = built.output;
  const modules = Object.entries(chunk.modules).filter(([, { renderedLength }]) => renderedLength > 0);
  return { code: chunk.code, gzipped: gzipSync(chunk.code, { level: 9 }).length, modules: modules.map(([id]) => id) };
}

/** Modules that schemas are, or that run them. */
const schemaCode = /\/zod\/|\/contract\/src\/(schema|schema-rules|schema-codec|encode-input|rules)\.ts$/;

test("an application that has a contract's type alone holds no schema and nothing that runs one", async () => {
  const { modules, code, gzipped } = await bundle(fromTypes);
  expect(modules.filter((id) => schemaCode.test(id))).toEqual([]);
  expect(code).not.toMatch(/_zod|~standard/);
  expect(modules.some((id) => id.endsWith("/client/src/wire/wire-client.ts"))).toBe(true);
  expect(gzipped).toBeLessThan(12_000);
}, 60_000);

test("one that has the contract holds both, so the test above would see them", async () => {
  const { modules, code } = await bundle(fromContract);
  for (const part of ["/zod/", "/schema.ts", "/encode-input.ts"]) {
    expect(modules.filter((id) => schemaCode.test(id) && id.includes(part))).not.toEqual([]);
  }
  expect(code).toMatch(/_zod/);
}, 60_000);
