export interface PackageManager {
  readonly name: "npm" | "pnpm" | "yarn" | "bun";
  /** Files that it needs in a project, by their names. */
  readonly files: Readonly<Record<string, string>>;
  readonly install: string;
  /** The command for one of the project's scripts. */
  readonly run: (script: string) => string;
}

const managers: readonly Omit<PackageManager, "files">[] = [
  { name: "npm", install: "npm install", run: (script) => `npm run ${script}` },
  { name: "pnpm", install: "pnpm install", run: (script) => `pnpm ${script}` },
  { name: "yarn", install: "yarn", run: (script) => `yarn ${script}` },
  { name: "bun", install: "bun install", run: (script) => `bun run ${script}` },
];

/** The one that called this process, as all of them say in `npm_config_user_agent`; npm for one that isn't known. */
export function packageManagerOf(userAgent = ""): PackageManager {
  const manager = managers.find(({ name }) => userAgent.startsWith(`${name}/`)) ?? (managers[0] as PackageManager);
  // pnpm 9 takes such a file for a workspace without packages, and fails.
  const [, version] = /^pnpm\/(\d+)/.exec(userAgent) ?? [];
  return { ...manager, files: Number(version) >= 10 ? pnpmFiles : {} };
}

/** Newer versions of pnpm fail at an install script that nobody has allowed or denied. That of esbuild (for tsx) is only a check. */
const pnpmFiles = { "pnpm-workspace.yaml": "allowBuilds:\n  esbuild: false\n" };
