// Publishes the packages whose version the registry doesn't have. With --dry-run it says what would be released, and publishes nothing.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Ends this process if the command fails. */
function run(...args) {
  const { status } = spawnSync(process.execPath, ["scripts/pnpm.mjs", ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const [option, ...others] = process.argv.slice(2);
if ((option !== undefined && option !== "--dry-run") || others.length > 0) {
  console.error(`release: ${process.argv.slice(2).join(" ")} is no option; allowed is --dry-run.`);
  process.exit(1);
}
if (option === "--dry-run") {
  run("exec", "changeset", "status");
  run("--recursive", "publish", "--dry-run", "--no-git-checks");
} else {
  const pending = readdirSync(new URL("../.changeset", import.meta.url)).filter(
    (name) => name.endsWith(".md") && name !== "README.md",
  );
  if (pending.length > 0) {
    console.error(
      `release: ${pending.join(", ")} is in no version yet: run \`npx changeset version\`, and commit what it writes.`,
    );
    process.exit(1);
  }
  run("run", "setup");
  run("exec", "turbo", "run", "check:package");
  run("exec", "changeset", "publish");
}
