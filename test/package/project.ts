import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end. */
export async function run(cwd: string, command: string, ...args: readonly string[]): Promise<Run> {
  // What `npm test` hands down is its own settings, and not those of an npm somewhere else.
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("npm_")));
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve).once("error", reject);
  });
  return { code, output };
}

export async function succeed(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  const { code, output } = await run(cwd, command, ...args);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

export interface Tarball {
  readonly file: string;
  /** Its paths, without the common prefix `package/`. */
  readonly files: readonly string[];
  readonly manifest: {
    readonly name: string;
    readonly version: string;
    readonly exports: Readonly<Record<string, unknown>>;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly homepage?: string;
    readonly bugs?: unknown;
    readonly repository?: unknown;
  };
}

/** Packs all packages that applications import, or those of another filter, as they would be published. They have to be built. */
export async function packAll(to: string, filter = "@sluice/*"): Promise<Tarball[]> {
  const pack = ["--filter", filter, "pack", "--pack-destination", to];
  await succeed(root, process.execPath, "scripts/pnpm.mjs", ...pack);
  const names = (await readdir(to)).filter((name) => name.endsWith(".tgz")).sort();
  return Promise.all(
    names.map(async (name) => {
      const file = join(to, name);
      const [list, manifest] = await Promise.all([
        succeed(to, "tar", "-tzf", file),
        succeed(to, "tar", "-xzOf", file, "package/package.json"),
      ]);
      const files = list.trim().split("\n");
      return { file, files: files.map((each) => each.replace(/^package\//, "")), manifest: JSON.parse(manifest) };
    }),
  );
}

export const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), "sluice-package-"));

export const remove = (dir: string): Promise<void> => rm(dir, { recursive: true, force: true });

/** What `consumer/esm.mjs` prints. */
export const printed = `{"type":"goal","data":{"minute":12}}
{"type":"goal","goals":1}
{"type":"goal","data":{"minute":90}}
true
`;

/** A consumer's other dependencies, in the tests' versions. */
const companions = [
  ...["zod", "express", "react", "react-dom", "@tanstack/react-query", "vite"],
  ...["@types/express", "@types/node", "@types/react", "@types/react-dom"],
];

/** Below the repository, and in the same places below the project. */
const sources = ["test/package/consumer", "apps/example/quick-start"];

/** What a consumer's manifest says beside its dependencies, and further ones of these. */
export interface Consumer {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** Creates a project that depends on the tarballs, with the consumer's files. */
export async function writeConsumer(dir: string, tarballs: readonly Tarball[], consumer: Consumer = {}): Promise<void> {
  const versionOf = async (name: string) => {
    const manifest = await readFile(join(root, "test/node_modules", name, "package.json"), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
  };
  const versions = companions.map(async (name) => [name, await versionOf(name)] as const);
  const dependencies = Object.fromEntries([
    ...Object.entries(filesOf(tarballs)),
    ...(await Promise.all(versions)),
    ...Object.entries(consumer.dependencies ?? {}),
  ]);
  const manifest = { name: "consumer", private: true, type: "module", dependencies, ...consumer.manifest };
  await writeFile(join(dir, "package.json"), JSON.stringify(manifest));
  await Promise.all([...sources.map((each) => cp(join(root, each), join(dir, each), { recursive: true }))]);
}

/** The tarballs as dependencies. */
export const filesOf = (tarballs: readonly Tarball[]): Record<string, string> =>
  Object.fromEntries(tarballs.map(({ file, manifest }) => [manifest.name, `file:${file}`]));

/** Creates a project with the installed tarballs and the consumer's files. */
export async function install(dir: string, tarballs: readonly Tarball[], consumer?: Consumer): Promise<void> {
  await writeConsumer(dir, tarballs, consumer);
  await npmInstall(dir, "--engine-strict");
}

/** Installs what the manifest of a project names. */
export async function npmInstall(dir: string, ...options: readonly string[]): Promise<void> {
  const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  // A registry may leave a request unanswered: npm would wait for it for five minutes.
  const patiently = ["--fetch-timeout=15000", "--fetch-retries=5", "--fetch-retry-mintimeout=1000"];
  await succeed(dir, "npm", "install", ...options, ...quietly, ...patiently);
}

const compilers = {
  "TypeScript 7": join(root, "test/node_modules/typescript7/bin/tsc"),
  "TypeScript 6": join(root, "test/node_modules/typescript/bin/tsc6"),
};
export type Compiler = keyof typeof compilers;

/** Imports, or requires, every path that the tarballs export, or throws. */
export function loadAll(tarballs: readonly Tarball[], load: "await import" | "require"): string {
  const paths = tarballs.flatMap(({ manifest }) =>
    Object.keys(manifest.exports).map((path) => manifest.name + path.slice(1)),
  );
  return paths
    .filter((path) => !path.endsWith("package.json") && !path.endsWith("/conformance")) // needs vitest around it
    .map((path) => `if (Object.keys(${load}("${path}")).length === 0) throw new Error("${path}");`)
    .join("\n");
}

/** Type-checks the project, with the older compiler but for what the declarations say among themselves: that takes it long. */
export async function compile(
  dir: string,
  compiler: Compiler | { readonly tsc: string },
  module: string,
  resolution: string,
): Promise<Run> {
  const options = ["--module", module, "--moduleResolution", resolution, "--target", "es2023", "--jsx", "react-jsx"];
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const isOlder = typeof compiler !== "string" || compiler === "TypeScript 6";
  const libs = ["--skipLibCheck", String(isOlder)];
  const all = await Promise.all(
    sources.map(async (each) => (await readdir(join(dir, each))).map((name) => join(each, name))),
  );
  const files = all.flat().filter((name) => /\.tsx?$/.test(name));
  // Before 6, files on the command line were enough to ignore a configuration.
  const ignoring = typeof compiler === "string" ? ["--ignoreConfig"] : [];
  const lib = ["--lib", "es2023,dom,dom.iterable", "--types", "node", "--noEmit", ...ignoring];
  const tsc = typeof compiler === "string" ? compilers[compiler] : compiler.tsc;
  return run(dir, process.execPath, tsc, ...options, ...strict, ...libs, ...lib, ...files);
}
