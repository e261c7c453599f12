import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Apart from the other tests: `npm run test:runtimes` installs the runtimes first. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // In CI, a test that fails is run once more, and is listed as such: these have servers and hosts in real time.
    retry: process.env["CI"] ? 1 : 0,
    maxWorkers: 2,
    maxConcurrency: 10,
    reporters: ["verbose", "../closing-line.reporter.ts"],
  },
});
