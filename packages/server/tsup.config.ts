import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    express: "src/adapters/express.ts",
    fetch: "src/adapters/fetch.ts",
    node: "src/adapters/node.ts",
  },
  format: ["esm"],
  target: "es2023",
  tsconfig: "tsconfig.build.json",
  dts: true,
  sourcemap: true,
  clean: true,
  // Deno knows Node's modules only by their full names.
  removeNodeProtocol: false,
  splitting: true,
  treeshake: false,
});
