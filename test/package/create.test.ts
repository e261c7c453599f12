import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, it } from "vitest";
import { type Run, remove, run, temporary } from "./project.js";

const cli = fileURLToPath(new URL("../../packages/create-sluice/dist/cli.js", import.meta.url));

let dir: string;
beforeEach(async () => {
  dir = await temporary();
  return () => remove(dir);
});

const create = (...args: readonly string[]): Promise<Run> => run(dir, process.execPath, cli, ...args);

it("creates a project, and says what to run in it", async () => {
  const { code, output } = await create("my-live", "--next");
  expect({ code, output }).toEqual({
    code: 0,
    output: "my-live is there. Now run:\n\n  cd my-live\n  npm install\n  npm run dev\n\n",
  });
  expect((await stat(join(dir, "my-live/src/app/page.tsx"))).isFile()).toBe(true);
});

it("has its versions from this workspace", async () => {
  await create("my-live");
  const root = new URL("../../", import.meta.url);
  const { version } = JSON.parse(await readFile(new URL("packages/client/package.json", root), "utf8"));
  const { dependencies } = JSON.parse(await readFile(join(dir, "my-live/package.json"), "utf8"));
  expect(dependencies["@sluice/client"]).toBe(`^${version}`);
});

it("tells how it is called, where it can't ask", async () => {
  expect((await create("--help")).code).toBe(0);
  const { code, output } = await create();
  expect(code).toBe(1);
  expect(output).toContain("npm create sluice my-app -- --next");
});

it.each([
  [["My App"], `"My App" can't be the name of a package.`],
  [["my-app", "--nxt"], "--nxt is no option; allowed are --next and --help."],
  [["taken"], "isn't empty: it has mine.txt."],
])("refuses %j with a sentence, and writes nothing", async (args, sentence) => {
  await mkdir(join(dir, "taken"));
  await writeFile(join(dir, "taken/mine.txt"), "");
  const { code, output } = await create(...args);
  expect(code).toBe(1);
  expect(output).toContain(sentence);
  expect(output).not.toMatch(/^\s+at /m);
  await expect(stat(join(dir, args[0] as string, "package.json"))).rejects.toThrow("ENOENT");
});
