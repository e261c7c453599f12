import { defineConfig, type Options } from "tsup";

const entry = { index: "src/index.ts", internal: "src/internal.ts", wire: "src/wire/index.ts" };

export const options: Options = {
  entry,
  format: ["esm"],
  target: "es2023",
  tsconfig: "tsconfig.build.json",
  sourcemap: true,
  splitting: true,
  treeshake: false,
  noExternal: ["#development"],
  // Splitting leaves imports of chunks for the sake of effects, which there are none of: bundlers warn of them.
  plugins: [
    { name: "bare-imports", renderChunk: (code) => ({ code: code.replace(/^import "\.\/chunk-[^"]+";$/gm, "") }) },
  ],
};

export default defineConfig({ ...options, dts: { entry }, clean: true });
