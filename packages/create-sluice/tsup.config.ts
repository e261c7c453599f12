import { defineConfig } from "tsup";
import { writeTemplates } from "./build/write-templates.ts";

export default defineConfig({
  entry: { cli: "src/cli.ts" },
  format: ["esm"],
  target: "es2023",
  tsconfig: "tsconfig.build.json",
  clean: true,
  onSuccess: () => writeTemplates("dist/templates"),
});
