import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts" },
  format: ["esm"],
  target: "es2023",
  tsconfig: "tsconfig.build.json",
  // A project may know `Symbol.asyncDispose` neither from its `lib` nor from Node's types.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  clean: true,
  treeshake: false,
});
