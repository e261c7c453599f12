import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const fileOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const readManifest = async (path: string) => JSON.parse(await readFile(path, "utf8"));

/** Writes the templates as projects get them: what they share is in each, and manifests have the versions of this workspace. */
export async function writeTemplates(to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  for (const name of ["express", "next"]) {
    const target = join(to, name);
    for (const part of ["shared", name]) await cp(fileOf(`templates/${part}`), target, { recursive: true });
    const path = join(target, "package.json");
    const manifest = await readManifest(path);
    for (const section of ["dependencies", "devDependencies"]) {
      manifest[section] = Object.fromEntries(await Promise.all(Object.entries(manifest[section]).map(published)));
    }
    await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  }
}

/** What the workspace says of a dependency means nothing elsewhere: in its place comes what is installed here. */
async function published([name, range]: [string, unknown]): Promise<[string, unknown]> {
  if (range !== "workspace:^" && range !== "catalog:") return [name, range];
  const { version } = await readManifest(fileOf(`node_modules/${name}/package.json`));
  return [name, `^${version}`];
}
