import { defineConfig } from "tsup";
import { production } from "./private-names.js";
import { options } from "./tsup.config.js";

// The export condition `production`: the same entries without what `src/development.ts` says. It is folded away here already, as
// not all bundlers do that across modules.
export default defineConfig({
  ...options,
  entry: Object.fromEntries(Object.entries(options.entry ?? {}).map(([name, file]) => [`${name}-production`, file])),
  esbuildOptions(esbuild) {
    Object.assign(esbuild, production, { conditions: ["production"] });
  },
});
