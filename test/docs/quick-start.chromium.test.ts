import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium, type Page } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import { chromiumArgs, findChromium } from "../chromium.js";
import { missingCurl } from "../support/curl.js";
import { describeWith } from "../support/describe-with.js";
import { freePort } from "../support/free-port.js";
import { blocks, readme } from "./readme-blocks.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A folder with the README's files, the two that every template for Vite and React brings, and the packages. */
async function writeProject(port: number): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "sluice-quick-start-")));
  onTestFinished(() => rm(dir, { recursive: true }));
  const files = new Map([
    ...blocks,
    [
      "index.html",
      '<link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/main.tsx"></script>',
    ],
    [
      "tsconfig.json",
      '{ "compilerOptions": { "jsx": "react-jsx", "module": "esnext", "moduleResolution": "bundler" } }',
    ],
    ["package.json", '{ "type": "module" }'],
    // The README needs none: it lets the packages be read from their sources, and several of these projects run at once.
    ["vite.config.ts", `export default ${JSON.stringify(viteConfig(dir, await freePort()))};`],
  ]);
  for (const [name, text] of files) await writeFile(join(dir, name), onPort(text, port));
  await symlink(join(root, "test/node_modules"), join(dir, "node_modules"));
  return dir;
}

const viteConfig = (dir: string, hmrPort: number) => ({
  logLevel: "silent",
  cacheDir: join(dir, ".vite"),
  server: { fs: { allow: [dir, root] }, hmr: { port: hmrPort } },
  resolve: { conditions: ["@sluice/source", "module", "browser", "development|production"] },
});

const onPort = (text: string, port: number) => text.replaceAll("localhost:3000", `localhost:${port}`);

/** `server.ts`, as a process of its own. */
async function serve(dir: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--conditions=@sluice/source", "--import", "tsx", "server.ts"], {
    cwd: dir,
    env: { ...process.env, PORT: String(port) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await expect
    .poll(() => fetch(`http://localhost:${port}`).then(({ status }) => status), { timeout: 30_000 })
    .toBe(200);
  return child;
}

async function openPage(url: string): Promise<Page> {
  const browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000); // a client waits up to 30 s before it looks again
  await page.goto(url);
  return page;
}

describeWith(missingCurl, "the quick start", () =>
  it("runs in a browser as the README has it: a reported goal, a killed server, a fresh state", async () => {
    const port = await freePort();
    const dir = await writeProject(port);
    const server = await serve(dir, port);
    const page = await openPage(`http://localhost:${port}`);
    await page.getByText("0 : 0").waitFor();

    const curl = /^curl .*scores\/report.*$/m.exec(readme)?.[0] ?? "";
    await promisify(execFile)("sh", ["-c", `${onPort(curl, port)} --fail`]);
    await page.getByText("1 : 0").waitFor();

    server.kill("SIGKILL");
    await once(server, "exit");
    expect(await page.locator("p").textContent()).toBe("1 : 0");
    await serve(dir, port);
    await page.getByText("0 : 0").waitFor();
  }, 240_000),
);
