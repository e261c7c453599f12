import { expect, it } from "vitest";
import { packageManagerOf } from "./package-manager.js";

it.each([
  ["npm/11.4.2 node/v20.20.0 linux x64 workspaces/false", "npm install", "npm run dev"],
  ["pnpm/12.21.0 npm/? node/v22.13.0 linux x64", "pnpm install", "pnpm dev"],
  ["yarn/4.18.1 npm/? node/v20.20.0 linux x64", "yarn", "yarn dev"],
  ["bun/1.4.5 npm/? node/v22.6.0 linux x64", "bun install", "bun run dev"],
  ["another/1.0", "npm install", "npm run dev"],
  [undefined, "npm install", "npm run dev"],
])("of %s says how to go on", (userAgent, install, dev) => {
  const manager = packageManagerOf(userAgent);
  expect([manager.install, manager.run("dev")]).toEqual([install, dev]);
});

it("lets pnpm install without a question, from the version on that reads such a file", () => {
  const filesOf = (userAgent: string) => packageManagerOf(userAgent).files;
  for (const version of ["10.0.0", "12.21.0"]) {
    expect(filesOf(`pnpm/${version} npm/?`)["pnpm-workspace.yaml"]).toContain("esbuild: false");
  }
  for (const other of ["pnpm/9.15.0", "npm/11.4.2", "yarn/4.18.1", "bun/1.4.5"]) expect(filesOf(other)).toEqual({});
});
