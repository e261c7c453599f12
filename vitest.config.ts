import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import type { Rolldown } from "vite";
import { defaultExclude, defineConfig } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { webdriver } from "./test/browser/webdriver-provider.ts";
import { chromiumArgs, findChromium } from "./test/chromium.ts";
import { inLanes } from "./test/in-lanes.ts";
import { type BrowserName, browserNames, missingOf } from "./test/webdriver/browsers.ts";

const chromiumPath = await findChromium();

// Workspace packages resolve to their sources, so tests need no build (e2e excepted: it serves the built example).
const source = {
  resolve: { conditions: ["@sluice/source", "module", "browser", "development|production"] },
  ssr: {
    resolve: {
      conditions: ["@sluice/source", "module", "node", "development|production"],
      externalConditions: ["@sluice/source"],
    },
  },
};

// A package of its own has React 18 and what goes with it: these names resolve from there.
const react18 = fileURLToPath(new URL("./test/react-18/package.json", import.meta.url));
const withReact18 = {
  name: "react-18",
  enforce: "pre" as const,
  resolveId(this: Rolldown.PluginContext, id: string) {
    const isReacts = /^(react|react-dom|@tanstack\/react-query|@testing-library\/react)(\/|$)/.test(id);
    return isReacts ? this.resolve(id, react18, { skipSelf: true }) : undefined;
  },
};

const e2eProject = {
  test: {
    name: "e2e",
    environment: "node",
    include: ["test/e2e/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
};

/** What is proved for one stream is proved again for the lanes of a multiplexed one. */
const lanesProject = {
  ...source,
  test: {
    name: "long-lanes",
    environment: "node" as const,
    env: { SLUICE_LANES: "1" },
    testTimeout: 30_000,
    include: [`test/conformance/{${inLanes.join(",")}}.test.ts`, "test/faults/faults.test.ts"],
  },
};

const sabotages = "test/model/*sabotage.test.ts";

/** Defects that the model must find: a proof of the model, and no test of what is published. */
const sabotageProject = {
  ...source,
  test: { name: "long-sabotage", environment: "node" as const, include: [sabotages] },
};

/** The tests of `test/browser`, in one browser. */
const browserProject = (name: string, browser: "chromium" | BrowserName, provider: BrowserProviderOption) => ({
  ...source,
  root: "./test",
  // Each its own: side by side they would empty one another's.
  cacheDir: `node_modules/.vite-${browser}`,
  // Named here, so that the dev server doesn't find them in the middle of a test and reload the page.
  optimizeDeps: {
    include: [
      "react",
      "react-dom/client",
      "react/jsx-dev-runtime",
      "@testing-library/react",
      "@tanstack/react-query",
      "zod",
    ],
  },
  test: {
    name,
    globalSetup: [fileURLToPath(new URL("./test/browser/setup.ts", import.meta.url))],
    include: ["browser/**/*.test.tsx"],
    testTimeout: 30_000,
    browser: {
      enabled: true,
      headless: true,
      provider,
      instances: [{ browser: browser as never }],
      screenshotFailures: false,
    },
  },
});

const chromiumProvider = playwright({ launchOptions: { executablePath: chromiumPath, args: [...chromiumArgs] } });
const browserProjects = [
  e2eProject,
  browserProject("browser", "chromium", chromiumProvider as BrowserProviderOption),
  // A missing one is told of by the tests of conformance and e2e: a project can't be skipped with a reason.
  ...browserNames.filter((name) => !missingOf(name)).map((name) => browserProject(name, name, webdriver())),
];

export default defineConfig({
  test: {
    // By default a core is left to vitest itself, which is idle: on two cores, everything would run one after the other.
    maxWorkers: "100%",
    reporters: ["default", "./test/closing-line.reporter.ts"],
    projects: [
      {
        ...source,
        test: {
          name: "unit",
          environment: "node",
          include: [
            "packages/*/src/**/*.test.ts",
            "test/{bench,chat,conformance,docs,faults,fuzz,memory,model,package,tabs,types}/**/*.test.ts",
          ],
          exclude: [...defaultExclude, sabotages],
        },
      },
      lanesProject,
      sabotageProject,
      {
        ...source,
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: "tsc",
            tsconfig: "./tsconfig.test-d.json",
            include: ["packages/*/src/**/*.test-d.ts"],
          },
        },
      },
      {
        ...source,
        test: {
          name: "react",
          environment: "jsdom",
          include: ["packages/*/src/**/*.test.tsx", "test/docs/**/*.test.tsx"],
        },
      },
      {
        ...source,
        plugins: [withReact18],
        test: {
          name: "react-18",
          environment: "jsdom",
          include: ["packages/client/src/react/*.test.tsx", "test/react-18/*.test.tsx"],
        },
      },
      ...browserProjects,
    ],
  },
});
