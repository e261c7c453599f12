import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Apart from the other tests: `npm run test:runtimes` installs the runtimes first. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ["verbose", "../closing-line.reporter.ts"],
  },
});
