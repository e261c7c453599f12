import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import type { Rolldown } from "vite";
import { defaultExclude, defineConfig } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { webdriver } from "./test/browser/webdriver-provider.ts";
import { chromiumArgs, findChromium } from "./test/chromium.ts";
import { faultsInLanes, inLanes } from "./test/in-lanes.ts";
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

/**
 * In CI, a test that fails is run up to twice more, and named in the last lines if it passes then: 9,000 tests run beside browsers and stores in
 * real time, on machines that do other work. Without CI each runs once.
 */
const retry = process.env["CI"] ? 2 : 0;

/**
 * One process runs many files one after another, and imports zod, Express and our sources once: that was half of all CPU
 * time. So each file leaves globals as it found them. The bounds are for what would never end: tests wait for conditions,
 * and a machine with much else to do takes its time.
 */
const inOneProcess = {
  isolate: false,
  retry,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 25_000 } },
};

/** Without it, Testing Library waits for a second. */
const patientSetup = fileURLToPath(new URL("./test/support/patient-setup.ts", import.meta.url));

/**
 * Files that take seconds each: they run browsers, compilers, servers of their own, or many random cases. The projects run
 * in the order of their names, so these are through before the many short ones of `unit`, and no core idles at the end.
 */
const slow = [
  "test/conformance/*.{chromium,webdriver}.test.ts",
  "packages/client/src/bundle.test.ts",
  "packages/contract/src/quick-info.test.ts",
  "test/{chat,docs,faults,fleet,fuzz,memory,model,package,ssr,tabs,types}/**/*.test.ts",
];

/** The site as it is built, and what its pages show at work in several processes. */
const docsTests = "test/docs/*.long.test.ts";

const docsProject = {
  ...source,
  test: { ...inOneProcess, name: "long-docs", include: [docsTests] },
};

const e2eProject = {
  test: {
    ...inOneProcess,
    testTimeout: 150_000,
    name: "e2e",
    include: ["test/e2e/**/*.test.ts"],
  },
};

const tabsOfModel = "test/model/tabs.test.ts";
const modelInProcesses = "test/model/{redis,sqlite-processes}.test.ts";

/** What is proved for one stream is proved again for the lanes of a multiplexed one. */
const lanesProject = {
  ...source,
  test: {
    ...inOneProcess,
    name: "long-lanes",
    env: { SLUICE_LANES: "1" },
    include: [
      "test/one-connection/**/*.test.ts",
      tabsOfModel,
      modelInProcesses,
      "test/fuzz/hostile-frames.test.ts",
      `test/conformance/{${inLanes.join(",")}}.test.ts`,
      `test/faults/{${faultsInLanes.join(",")}}.test.ts`,
    ],
  },
};

const sabotages = "test/model/*sabotage.test.ts";

/** Defects that the model must find: a proof of the model, and no test of what is published. */
const sabotageProject = {
  ...source,
  test: { ...inOneProcess, name: "long-sabotage", include: [sabotages] },
};

/** What only runs in the long form: engines in real time. */
const longTests = "packages/*/src/**/*.long.test.ts";

/** Engines whose store is cut off, hangs, restarts and fails over, for minutes instead of seconds. */
const faultsProject = {
  ...source,
  test: {
    name: "long-faults",
    environment: "node" as const,
    env: { SLUICE_LONG_FAULTS: "1" },
    include: [
      "packages/{redis,sqlite}/src/**/{failover,faults,crash,cluster,journal-random}.test.ts",
      "test/fleet/*.test.ts",
      longTests,
    ],
  },
};

/** The published packages under every package manager, older compilers and Jest: each is an install of its own. */
const longPackages = "test/package/*.long.test.ts";
const packagesProject = {
  test: { name: "long-packages", environment: "node" as const, testTimeout: 60_000, include: [longPackages] },
};

/** The example in `apps/next`: Next is installed and built first, which takes a minute. */
const nextProject = {
  // Compiling a page for the first time takes seconds, on a busy machine many.
  test: { ...inOneProcess, testTimeout: 120_000, name: "long-next", include: ["test/next/**/*.test.ts"] },
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
    setupFiles: [patientSetup],
    testTimeout: 30_000,
    retry,
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
    // More than there are cores, because browsers, children and clocks are waited for. The default is fewer: one is left to
    // vitest itself, which is idle.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    reporters: ["default", "./test/closing-line.reporter.ts"],
    projects: [
      {
        ...source,
        test: {
          ...inOneProcess,
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "test/{bench,conformance,support}/**/*.test.ts"],
          exclude: [...defaultExclude, ...slow, longTests],
        },
      },
      {
        ...source,
        test: {
          ...inOneProcess,
          name: "slow",
          include: slow,
          exclude: [...defaultExclude, sabotages, docsTests, tabsOfModel, longPackages],
        },
      },
      lanesProject,
      sabotageProject,
      faultsProject,
      packagesProject,
      docsProject,
      nextProject,
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
          ...inOneProcess,
          name: "react",
          environment: "jsdom",
          setupFiles: [patientSetup],
          include: [
            "packages/*/src/**/*.test.tsx",
            "packages/create-sluice/templates/shared/**/*.test.{ts,tsx}",
            "test/docs/**/*.test.tsx",
          ],
        },
      },
      {
        ...source,
        plugins: [withReact18],
        test: {
          ...inOneProcess,
          name: "react-18",
          environment: "jsdom",
          setupFiles: [patientSetup],
          include: ["packages/client/src/react/*.test.tsx", "test/react-18/*.test.tsx"],
        },
      },
      ...browserProjects,
    ],
  },
});
