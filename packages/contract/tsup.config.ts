import { defineConfig } from "tsup";

const entry = { index: "src/index.ts", wire: "src/wire/index.ts" };

export default defineConfig({
  entry: { ...entry, "index-production": "src/index-production.ts" },
  format: ["esm"],
  target: "es2023",
  tsconfig: "tsconfig.build.json",
  dts: { entry },
  sourcemap: true,
  clean: true,
  splitting: true,
  treeshake: false,
});
