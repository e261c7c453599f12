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

async function succeed(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
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
  };
}

/** Packs all packages as they would be published. They have to be built. */
export async function packAll(to: string): Promise<Tarball[]> {
  const pack = ["--filter", "./packages/*", "pack", "--pack-destination", to];
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

/** A consumer's other dependencies, in the tests' versions. */
const companions = [
  ...["zod", "express", "react", "react-dom", "@tanstack/react-query", "vite"],
  ...["@types/express", "@types/node", "@types/react", "@types/react-dom"],
];

/** Below the repository, and in the same places below the project. */
const sources = ["test/package/consumer", "apps/example/quick-start"];

/** Creates a project with the installed tarballs and the consumer's files. */
export async function install(dir: string, tarballs: readonly Tarball[]): Promise<void> {
  const versionOf = async (name: string) => {
    const manifest = await readFile(join(root, "test/node_modules", name, "package.json"), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
  };
  const versions = companions.map(async (name) => [name, await versionOf(name)] as const);
  const dependencies = Object.fromEntries([
    ...tarballs.map(({ file, manifest }) => [manifest.name, `file:${file}`] as const),
    ...(await Promise.all(versions)),
  ]);
  const manifest = { name: "consumer", private: true, type: "module", dependencies };
  await writeFile(join(dir, "package.json"), JSON.stringify(manifest));
  await Promise.all([...sources.map((each) => cp(join(root, each), join(dir, each), { recursive: true }))]);
  const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await succeed(dir, "npm", "install", "--engine-strict", ...quietly);
}

const compilers = {
  "TypeScript 7": join(root, "test/node_modules/typescript7/bin/tsc"),
  "TypeScript 6": join(root, "test/node_modules/typescript/bin/tsc6"),
};
export type Compiler = keyof typeof compilers;

/** Type-checks the project, with the older compiler but for what the declarations say among themselves: that takes it long. */
export async function compile(dir: string, compiler: Compiler, module: string, resolution: string): Promise<Run> {
  const options = ["--module", module, "--moduleResolution", resolution, "--target", "es2023", "--jsx", "react-jsx"];
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const libs = ["--skipLibCheck", String(compiler === "TypeScript 6")];
  const all = await Promise.all(
    sources.map(async (each) => (await readdir(join(dir, each))).map((name) => join(each, name))),
  );
  const files = all.flat().filter((name) => /\.tsx?$/.test(name));
  const lib = ["--lib", "es2023,dom,dom.iterable", "--types", "node", "--noEmit", "--ignoreConfig"];
  return run(dir, process.execPath, compilers[compiler], ...options, ...strict, ...libs, ...lib, ...files);
}
