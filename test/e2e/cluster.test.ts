import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { freePort } from "../support/free-port.ts";
import { missingRedisServer } from "../support/redis-server.ts";
import { badge, countOf, launch, openPage, withoutKills } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { readUntilLive } from "./support/stream.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const program = fileURLToPath(new URL("../../apps/example/dist/server/cluster.js", import.meta.url));

/** The example's three servers, their proxy and a Redis of their own. */
async function startCluster() {
  const env = { ...process.env, PORT: "0", REDIS_URL: `redis://localhost:${await freePort()}` };
  const child: ChildProcess = spawn(process.execPath, [program], {
    cwd: tmpdir(),
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exit = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await exit;
  });
  let said = "";
  child.stdout?.on("data", (chunk) => (said += chunk));
  await vi.waitFor(() => expect(said).toContain("ends all of them"), 60_000); // it starts four processes
  const url = /Sluice example at (\S+)/.exec(said)?.[1] ?? expect.fail("no address");
  /** The latest process of a server. */
  const pidOf = (name: string) => Number([...said.matchAll(new RegExp(`server ${name} +pid (\\d+)`, "g"))].at(-1)?.[1]);
  return { url, child, exit, said: () => said, kill: (name: string) => process.kill(pidOf(name), "SIGKILL") };
}

/** The name of the server that a page's stream comes from, or "" while it has none. */
const serverOf = async (page: Page): Promise<string> =>
  (await page.locator(".served-by b").allTextContents()).join().replaceAll("server ", "");

const answer = async (page: Page) => (await page.locator(".answer-text p").allTextContents()).join("\n\n");
const minute = async (page: Page) => Number(/(\d+)′/.exec((await page.locator(".match-day").textContent()) ?? "")?.[1]);

const replays = ["newswire/quakes?input=%7B%7D", "prices/ticks?input=%7B%22symbol%22:%22MSFT%22%7D"];

/** The last numbers that a replay has published. Were it published by two servers, some would be there twice. */
const numbersOf = async (url: string, path: string): Promise<number[]> =>
  (await readUntilLive(`${url}/api/${path}`))
    .filter(({ type }) => !type.startsWith("$"))
    .map(({ data }) => (data as { seq: number }).seq);

describeWith(missingRedisServer, "three servers behind a round-robin proxy", () => {
  test("one that is killed is not missed: pages go on at another one, and nothing is lost", {
    timeout: 90_000,
  }, async () => {
    const cluster = await startCluster();
    await using scores = await openPage(browser, `${cluster.url}/scores`);
    await eventually(() => badge(scores.page, "scores/board")).toBe("Live");
    const first = await serverOf(scores.page);
    expect(first).toMatch(/^[ABC]$/);
    const played = await minute(scores.page);
    for (const path of replays) await numbersOf(cluster.url, path); // somebody watches the prices
    cluster.kill(first);
    await eventually(() => serverOf(scores.page)).toMatch(new RegExp(`^[^${first}]$`));
    await eventually(() => badge(scores.page, "scores/board")).toBe("Live");
    await eventually(() => minute(scores.page)).toBeGreaterThan(played + 1);
    expect(await countOf(scores.page, "scores/board", "$reset")).toBe(0);

    // Two windows with one answer, at two servers: the one that doesn't run it is killed.
    const query = new URLSearchParams({ run: randomUUID(), prompt: "Tell me about penguins" });
    await using asked = await openPage(browser, `${cluster.url}/assistant?${query}`);
    await eventually(() => answer(asked.page)).not.toBe("");
    const home = await serverOf(asked.page);
    const other = await openPage(browser, `${cluster.url}/assistant?${query}`);
    onTestFinished(() => other[Symbol.asyncDispose]());
    while ((await serverOf(other.page)) === home) await other.page.reload();
    await eventually(() => answer(other.page)).not.toBe("");
    const second = await serverOf(other.page);
    cluster.kill(second);
    await eventually(() => serverOf(other.page)).toMatch(new RegExp(`^[^${second}]$`));
    await asked.page.getByText("The answer is complete.").waitFor({ timeout: 20_000 });
    const whole = await answer(asked.page);
    await eventually(() => answer(other.page)).toBe(whole);
    for (const { problems } of [scores, asked, other]) expect(withoutKills(problems)).toEqual([]);

    for (const path of replays) {
      const numbers = await numbersOf(cluster.url, path);
      expect(numbers.length).toBeGreaterThan(40);
      expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] as number) + index));
    }

    // Ctrl-C ends all of them, also just after one has died.
    cluster.kill(home);
    await eventually(cluster.said).toContain(`server ${home}  has ended`);
    cluster.child.kill("SIGINT");
    expect(await cluster.exit).toEqual([0, null]);
    await expect(fetch(cluster.url)).rejects.toThrow("fetch failed");
  });
});
