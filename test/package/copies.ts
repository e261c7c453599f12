import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Gives a folder its own copies of built packages with their dependencies, and links to other packages. Nothing else
 * can be imported there.
 *
 * @param packages names without `@sluice/`
 * @param links names of the tests' own dependencies
 */
export async function copyPackages(dir: string, packages: readonly string[], links: readonly string[]): Promise<void> {
  const modules = join(dir, "node_modules");
  const link = async (name: string, from: string) => {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, from, "node_modules", name), join(modules, name));
  };
  for (const name of packages) {
    const copy = join(modules, "@sluice", name);
    await mkdir(copy, { recursive: true });
    for (const part of ["package.json", "dist"])
      await cp(join(root, "packages", name, part), join(copy, part), { recursive: true });
    const { dependencies = {} } = JSON.parse(await readFile(join(copy, "package.json"), "utf8"));
    const others = Object.keys(dependencies).filter((dependency) => !dependency.startsWith("@sluice/"));
    for (const dependency of others) await link(dependency, join("packages", name));
  }
  for (const name of links) await link(name, "test");
}
