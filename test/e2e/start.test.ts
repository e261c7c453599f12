import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { runExample, startExample } from "./support/example.ts";
import { readUntilLive } from "./support/stream.ts";

test.concurrent("says where it is and what to try, and the curl line works", async () => {
  await using example = await startExample();
  const lines = example.stdout().trim().split("\n").filter(Boolean);
  expect(lines[0]).toContain(example.url);
  expect(lines.length).toBeLessThanOrEqual(5);

  const line = lines.find((line) => line.includes("curl"))?.trim();
  const curl = spawn("sh", ["-c", `exec ${line}`]);
  let output = "";
  while (!output.includes("event: tick")) output += (await once(curl.stdout, "data"))[0];
  curl.kill();
  expect(output).toContain("event: $open");
});

test.concurrent("serves its pages under their paths, and nothing under unknown ones of the API", async () => {
  await using example = await startExample();
  for (const path of ["/", "/scores", "/prices", "/newswire", "/feed", "/document", "/assistant"]) {
    const response = await fetch(example.url + path);
    expect([path, response.status, response.headers.get("content-type")]).toEqual([
      path,
      200,
      expect.stringContaining("text/html"),
    ]);
  }
  expect((await fetch(`${example.url}/api/nothing/here`)).status).toBe(404);
  expect((await fetch(`${example.url}/assets/nothing.js`)).status).toBe(404);
});

test.concurrent("says in one line that its port is in use", async () => {
  await using example = await startExample();
  const { code, stdout, stderr } = await runExample({ PORT: String(example.port) }).exit;
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr.trim().split("\n")).toEqual([expect.stringMatching(`Port ${example.port} is in use: .*PORT=\\d+`)]);
});

test.concurrent.for(["abc", "70000", "-1", "3.5"])("says in one line that PORT=%s is none", async (port) => {
  const { code, stderr } = await runExample({ PORT: port }).exit;
  expect(code).toBe(1);
  expect(stderr.trim().split("\n")).toEqual([expect.stringContaining(`PORT is "${port}"`)]);
});

test.concurrent.for(["SIGINT", "SIGTERM"] as const)("%s ends it with 0, although a stream is open", async (signal) => {
  await using example = await startExample();
  const stream = await fetch(`${example.url}/api/scores/board`);
  example.child.kill(signal);
  const body = await stream.text();
  expect(body).toContain("event: $drain");
  expect(await example.exit).toMatchObject({ code: 0, signal: null, stderr: "" });
  await expect(fetch(example.url)).rejects.toThrow();
});

test.concurrent("a second Ctrl-C ends it at once", async () => {
  await using example = await startExample();
  const stream = await fetch(`${example.url}/api/scores/board`);
  example.child.kill("SIGINT");
  while (!example.stdout().includes("Stopping")) await once(example.child.stdout as NodeJS.ReadableStream, "data");
  example.child.kill("SIGINT");
  expect(await example.exit).toMatchObject({ code: null, signal: "SIGINT" });
  await stream.body?.cancel().catch(() => {});
});

test.concurrent("in development one port serves API and pages from source, and Ctrl-C leaves nothing behind", async () => {
  const folder = fileURLToPath(new URL("../../apps/example", import.meta.url));
  const data = join(await mkdtemp(join(tmpdir(), "sluice-dev-")), "log.db");
  // A group of its own, which gets the signal as a terminal's foreground would.
  const child = spawn("npm", ["run", "dev"], {
    cwd: folder,
    env: { ...process.env, PORT: "0", DATA: data },
    detached: true,
  });
  const ended = once(child, "close");
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const url = await vi.waitUntil(() => /http:\/\/localhost:\d+/.exec(output)?.[0], { timeout: 25_000 });
  expect(await (await fetch(`${url}/feed`)).text()).toContain("/@vite/client");
  const contract = await (await fetch(`${url}/shared/contract.ts`)).text();
  expect(contract).toContain("/packages/contract/src/index.ts");
  expect((await readUntilLive(`${url}/api/feed/posts`)).map(({ type }) => type)).toContain("$snapshot");

  process.kill(-(child.pid ?? Number.NaN), "SIGINT");
  await ended;
  await expect(fetch(url)).rejects.toThrow();
});
