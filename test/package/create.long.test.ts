import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { chromiumArgs, findChromium } from "../chromium.js";
import { freePort } from "../support/free-port.js";
import { filesOf, npmInstall, packAll, remove, succeed, type Tarball, temporary } from "./project.js";

let dir: string;
let tarballs: readonly Tarball[];
let creator: Tarball;
let browser: Browser;

beforeAll(async () => {
  dir = await temporary();
  creator = (await packAll(dir, "create-sluice"))[0] as Tarball;
  tarballs = (await packAll(dir)).filter(({ file }) => file !== creator.file);
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });
}, 240_000);

afterAll(async () => {
  await browser.close();
  await remove(dir);
});

/** As `npm create sluice` does it, and with the packed packages in the place of published ones. */
async function create(name: string, ...options: readonly string[]): Promise<string> {
  await succeed(dir, "npm", "exec", "--yes", `--package=${creator.file}`, "--", "create-sluice", name, ...options);
  const project = join(dir, name);
  const path = join(project, "package.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  const { "@sluice/testing": testing, ...others } = filesOf(tarballs);
  Object.assign(manifest.dependencies, others);
  Object.assign(manifest.devDependencies, { "@sluice/testing": testing });
  await writeFile(path, JSON.stringify(manifest));
  await npmInstall(project);
  return project;
}

/** Runs a script of the project, as a group of its own, until it answers there. */
async function serve(project: string, script: string): Promise<string> {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: undefined };
  const child = spawn("npm", ["run", script], { cwd: project, detached: true, env });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => child.once("close", resolve));
    process.kill(-(child.pid as number), "SIGKILL");
    await closed;
  });
  const url = `http://localhost:${port}`;
  while (child.exitCode === null) {
    if ((await fetch(url).catch(() => undefined))?.ok) return url;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`It ended:\n${printed}`);
}

async function open(url: string) {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  await page.getByText("live", { exact: true }).waitFor();
  return page;
}

describe.each([
  ["a project", "my-app", [], false],
  ["a project with Next", "my-next", ["--next"], true],
])("%s", (_what, name, options, isRendered) => {
  let project: string;

  beforeAll(async () => {
    project = await create(name, ...options);
  }, 300_000);

  it("has tests that pass", async () => {
    const output = await succeed(project, "npm", "test");
    expect(output).toMatch(/Tests .*3 passed/);
  }, 120_000);

  it.each(["start", "dev"])(
    "shows what another window reports, by `%s`",
    async (script) => {
      if (script === "start") await succeed(project, "npm", "run", "build");
      const url = await serve(project, script);
      expect((await (await fetch(url)).text()).includes("0 : 0")).toBe(isRendered);
      const [first, second] = [await open(url), await open(url)];
      await first.getByText("Goal for home").click();
      await second.getByText("1 : 0").waitFor();
      await second.getByText("Goal for away").click();
      await first.getByText("1 : 1").waitFor();
    },
    300_000,
  );
});
