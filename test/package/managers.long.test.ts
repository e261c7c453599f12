import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  compile,
  filesOf,
  install,
  loadAll,
  packAll,
  printed,
  type Run,
  remove,
  run,
  succeed,
  type Tarball,
  temporary,
  writeConsumer,
} from "./project.js";

/** Installs, and says what runs a script then. */
interface Manager {
  install(dir: string): Promise<void>;
  node(dir: string, ...args: readonly string[]): Promise<Run>;
  /** Plug'n'Play's archives are not where Node 20 looks for an ES module that is required. Default: true. */
  readonly requires?: false;
}

let dir: string;
let tarballs: readonly Tarball[];

beforeAll(async () => {
  dir = await temporary();
  tarballs = await packAll(dir);
}, 120_000);

afterAll(() => remove(dir));

const plainNode = (cwd: string, ...args: readonly string[]) => run(cwd, process.execPath, ...args);

/** Runs a package's command, which npm fetches if it isn't there. */
const npx = (cwd: string, from: string, ...args: readonly string[]) =>
  succeed(cwd, "npx", "--yes", "--fetch-timeout=15000", "--fetch-retries=5", "-p", from, ...args);

const pnpm = "pnpm@12.21.0";

const managers: Record<string, Manager> = {
  pnpm: {
    async install(cwd) {
      await writeConsumer(cwd, tarballs);
      // Their dependencies on each other are to be the tarballs, too, and not what is published.
      const overrides = Object.entries(filesOf(tarballs)).map(([name, file]) => `  "${name}": "${file}"`);
      await writeFile(join(cwd, "pnpm-workspace.yaml"), ["pmOnFail: ignore", "overrides:", ...overrides].join("\n"));
      await npx(cwd, pnpm, "pnpm", "install", "--prefer-offline", "--ignore-scripts", "--fetch-timeout=15000");
    },
    node: plainNode,
  },
  "Yarn 1": {
    async install(cwd) {
      await writeConsumer(cwd, tarballs, { manifest: { resolutions: filesOf(tarballs) } });
      const quietly = ["--ignore-scripts", "--non-interactive", "--network-timeout", "60000"];
      await npx(cwd, "yarn@1.22.22", "yarn", "install", ...quietly);
    },
    node: plainNode,
  },
  // Without node_modules: what a package doesn't declare, it can't import.
  "Yarn 4, Plug'n'Play": {
    async install(cwd) {
      await writeConsumer(cwd, tarballs, { manifest: { resolutions: filesOf(tarballs) } });
      const registry = (await succeed(cwd, "npm", "config", "get", "registry")).trim().replace(/\/$/, "");
      const settings = [
        `npmRegistryServer: "${registry}"`,
        "enableTelemetry: false",
        "enableScripts: false",
        "httpRetry: 5",
      ];
      const local = registry.startsWith("http:") ? [`unsafeHttpWhitelist: ["${new URL(registry).hostname}"]`] : [];
      await writeFile(
        join(cwd, ".yarnrc.yml"),
        [...settings, ...local, `globalFolder: "${join(dir, "yarn")}"`].join("\n"),
      );
      await writeFile(join(cwd, "yarn.lock"), "");
      await npx(cwd, "@yarnpkg/cli-dist@4.18.1", "yarn", "install", "--no-immutable");
    },
    node: (cwd, ...args) =>
      plainNode(cwd, "-r", "./.pnp.cjs", "--loader", "./.pnp.loader.mjs", "--no-warnings", ...args),
    requires: false,
  },
};

describe.each(Object.entries(managers))(
  "a project that installed the tarballs by %s",
  (_name, { install, node, requires = true }) => {
    let project: string;

    beforeAll(async () => {
      project = await temporary();
      await install(project);
    }, 300_000);

    afterAll(() => remove(project));

    it("finds that they work together", async () => {
      const { code, output } = await node(project, "test/package/consumer/esm.mjs");
      expect({ code, output }).toEqual({ code: 0, output: printed });
    });

    const loads = [
      ["imports", "load-all.mjs", "await import"],
      ["requires", "load-all.cjs", "require"],
    ] as const;
    it.each(requires ? loads : loads.slice(0, 1))("%s every path that they export", async (_what, file, load) => {
      await writeFile(join(project, file), loadAll(tarballs, load));
      expect(await node(project, "--no-warnings", file)).toEqual({ code: 0, output: "" });
    });
  },
);

describe("a project with an older TypeScript", () => {
  let project: string;
  const versions = ["5.8", "5.9"];

  beforeAll(async () => {
    project = await temporary();
    const dependencies = Object.fromEntries(versions.map((version) => [`ts-${version}`, `npm:typescript@${version}`]));
    await install(project, tarballs, { dependencies });
  }, 300_000);

  afterAll(() => remove(project));

  it.each(
    versions.flatMap((version) => [
      [version, "nodenext", "nodenext"],
      [version, "esnext", "bundler"],
    ]),
  )(
    "type-checks with TypeScript %s, module %s, resolution %s",
    async (version, module, resolution) => {
      const tsc = join(project, `node_modules/ts-${version}/bin/tsc`);
      expect(await compile(project, { tsc }, module as string, resolution as string)).toEqual({ code: 0, output: "" });
    },
    120_000,
  );
});
