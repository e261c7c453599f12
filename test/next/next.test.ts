import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { chromiumArgs, findChromium } from "../chromium.js";
import { eventually } from "../conformance/within.js";
import { remove, temporary } from "../package/project.js";
import { buildApp, installApp, type RunningApp, startApp } from "./next-app.js";

/** Compiling a page for the first time takes development's server seconds. */
const patience = 60_000;

let dir: string;
let browser: Browser;
beforeAll(async () => {
  [dir, browser] = await Promise.all([
    temporary(),
    chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] }),
  ]);
  await installApp(dir);
}, 300_000);
afterAll(async () => {
  await browser.close();
  await remove(dir);
});

/** What a page asked of the API, with what it got. */
interface Exchange {
  readonly asked: string;
  answer: string;
}

declare global {
  var apiExchanges: Exchange[];
}

/** In the page, before its own code. */
function noteExchanges(): void {
  globalThis.apiExchanges = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input).startsWith("/api/")) return response;
    const exchange = { asked: `${input} ${JSON.stringify({ ...init, signal: undefined })}`, answer: "" };
    globalThis.apiExchanges.push(exchange);
    const body = response.body
      ?.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .pipeThrough(
        new TransformStream<string, string>({
          transform(chunk, controller) {
            exchange.answer += chunk;
            controller.enqueue(chunk);
          },
        }),
      )
      .pipeThrough(new TextEncoderStream());
    return new Response(body ?? null, response);
  };
}

describe.each([
  ["production", "start", false],
  ["development", "dev", false],
  ["production, with Cache Components", "start", true],
] as const)("a Next application in %s", (_mode, command, cacheComponents) => {
  let app: RunningApp;
  beforeAll(async () => {
    if (command === "start") await buildApp(dir, { cacheComponents });
    app = await startApp(dir, command);
  }, 300_000);
  afterAll(() => app.stop());

  async function open(path: string) {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    page.setDefaultTimeout(patience);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (["warning", "error"].includes(message.type())) complaints.push(message.text());
    });
    await page.addInitScript(noteExchanges);
    await page.goto(app.url + path);
    return { page, complaints };
  }

  const report = (team: "home" | "away") =>
    fetch(`${app.url}/api/scores/report`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ input: { matchId: "m1", team } }),
    });
  const textOf = (page: Page, id: string) => page.textContent(`#${id}`);
  const shows = (page: Page, text: RegExp) =>
    eventually(async () => expect(await textOf(page, "score")).toMatch(text), patience);

  /** It has asked once, from a cursor, and got no snapshot. */
  async function expectResumed(page: Page) {
    const exchanges = await page.evaluate(() => globalThis.apiExchanges);
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]?.asked).toMatch(/cursor|last-event-id/);
    expect(exchanges[0]?.answer).toContain("$live");
    expect(exchanges[0]?.answer).not.toMatch(/\$snapshot|\$reset/);
  }

  it.each(["/", "/streamed"])("renders %s live, and goes on from there", async (path) => {
    await report("home");
    const html = await (await fetch(app.url + path)).text();
    const [, score = ""] = /<p id="score">(.*?)<\/p>/.exec(html) ?? [];
    expect(score).toMatch(path === "/" ? /^\d+ : \d+$/ : /^\d+ : \d+ 20\d\d$/);
    const { page, complaints } = await open(path);
    expect(await textOf(page, "score")).toBe(score);
    await eventually(
      async () => expect(await page.evaluate(() => globalThis.apiExchanges[0]?.answer)).toContain("$live"),
      patience,
    );
    await report("away");
    const [home = 0, away = 0] = score.split(/ : | /).map(Number);
    await shows(page, new RegExp(`^${home} : ${away + 1}\\b`));
    await expectResumed(page);
    expect(complaints).toEqual([]);
  });

  it("serves the live page that takes under 30 lines", async () => {
    const { page, complaints } = await open("/poll");
    await page.getByText("0 yes, 0 no").waitFor();
    await fetch(`${app.url}/poll/api/vote`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ input: "yes" }),
    });
    await page.getByText("1 yes, 0 no").waitFor();
    expect(complaints).toEqual([]);
  });

  it("streams tokens until they are stopped, and no longer", async () => {
    const { page, complaints } = await open("/assistant");
    const running = async () => {
      const answer = await fetch(`${app.url}/api/assistant/running`);
      return ((await answer.json()) as { output: number }).output;
    };
    // Until it is hydrated, a click does nothing.
    await eventually(async () => {
      await page.getByText("Ask").click({ timeout: 1_000 });
      await page.getByText("Stop").waitFor({ timeout: 1_000 });
    }, patience);
    await page.getByText("word5").waitFor();
    expect(await running()).toBe(1);
    await page.getByText("Stop").click();
    await page.getByText("Ask").waitFor();
    await eventually(async () => expect(await running()).toBe(0));
    expect(await textOf(page, "answer")).not.toContain("word1000");
    expect(complaints).toEqual([]);
  });
});
