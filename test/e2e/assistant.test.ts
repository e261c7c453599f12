import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badge, countOf, cut, launch, openPage, withoutKills } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { type Example, startExample } from "./support/example.ts";

let browser: Browser;
let example: Example;
beforeAll(async () => {
  [browser, example] = await Promise.all([launch(), startExample()]);
});
afterAll(async () => {
  await browser.close();
  await example.crash();
});

const prompt = "Tell me about penguins";

/** The address of a new run. */
function addressOf(runId: string, text = prompt): string {
  return `${example.url}/assistant?${new URLSearchParams({ run: runId, prompt: text })}`;
}

async function figure(page: Page, name: string): Promise<string | null> {
  return page.locator(".answer .figure", { hasText: name }).locator("dd").textContent();
}

const received = async (page: Page) => Number(await figure(page, "Received"));

const isUnderWay = (page: Page) => eventually(() => received(page)).toBeGreaterThan(5);

const isComplete = (page: Page) => page.getByText("The answer is complete.").waitFor();

/** The answer as it is shown. */
const answer = async (page: Page) => (await page.locator(".answer-text p").allTextContents()).join("\n\n");

interface Truth {
  readonly text: string;
  readonly tokens: number;
  readonly made: number;
  readonly last: string;
}

/** Reads a run to its end without Sluice's client: what the server made. */
async function truth(runId: string): Promise<Truth> {
  const response = await fetch(`${example.url}/api/assistant/complete`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ input: { runId, prompt } }),
  });
  expect(response.status).toBe(200);
  const events = [...(await response.text()).matchAll(/^event: (.*)\ndata: (.*)$/gm)];
  const tokens = events.filter(([, type]) => type === "token").map(([, , data = ""]) => JSON.parse(data));
  const done = events.find(([, type]) => type === "done")?.[2] ?? "{}";
  return {
    text: tokens.join(""),
    tokens: tokens.length,
    made: JSON.parse(done).tokens,
    last: events.at(-1)?.[1] ?? "",
  };
}

/** The page shows the whole run, each token once. */
async function agrees(page: Page, { text, tokens, made }: Truth): Promise<void> {
  await isComplete(page);
  expect(await answer(page)).toBe(text);
  expect([await received(page), await figure(page, "Generated")]).toEqual([tokens, String(made)]);
}

test("an answer is requested, streams, and has its own address", async () => {
  await using opened = await openPage(browser, `${example.url}/assistant`);
  const { page, problems } = opened;
  await page.getByLabel("Ask about data").fill(prompt);
  await page.keyboard.press("Enter");
  await isUnderWay(page);
  expect(await badge(page, "assistant/complete")).toBe("Live");
  const first = new URL(page.url()).searchParams.get("run") ?? "";
  expect(await page.getByRole("link", { name: "Open in a second window" }).getAttribute("href")).toBe(page.url());

  // Another question is another run; the back button goes back to the first one, which went on meanwhile.
  await page.getByRole("button", { name: "How is unemployment measured?" }).click();
  await page.getByRole("heading", { name: "How is unemployment measured?" }).waitFor();
  await isUnderWay(page);
  expect(new URL(page.url()).searchParams.get("run")).not.toBe(first);
  await page.goBack();
  await page.getByRole("heading", { name: prompt }).waitFor();
  await agrees(page, await truth(first));
  expect(await page.getByLabel("Ask about data").inputValue()).toBe(prompt);

  // The page's own link leads to a page without a run.
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Assistant" }).click();
  await page.getByText("No question yet.").waitFor();
  expect(problems).toEqual([]);
});

test("a reload in the middle carries on, and a second window shows the same", async () => {
  const runId = crypto.randomUUID();
  await using one = await openPage(browser, addressOf(runId));
  await isUnderWay(one.page);
  const reader = truth(runId);
  await one.page.reload();
  await isUnderWay(one.page);
  await using two = await openPage(browser, addressOf(runId));

  const whole = await reader;
  expect(whole.last).toBe("$end");
  expect(whole.tokens).toBe(whole.made);
  // Words are random: if the generator had run twice, the texts would differ.
  for (const { page } of [one, two]) await agrees(page, whole);
  // After its end, a late visitor gets all of it.
  await one.page.reload();
  await agrees(one.page, whole);
  expect(await truth(runId)).toEqual(whole);
  expect([...one.problems, ...two.problems]).toEqual([]);
});

test("a stopped answer ends with what it has, in every window", async () => {
  const runId = crypto.randomUUID();
  await using one = await openPage(browser, addressOf(runId));
  await isUnderWay(one.page);
  await using two = await openPage(browser, addressOf(runId));
  await isUnderWay(two.page);
  await two.page.getByRole("button", { name: "Stop" }).click();
  const stopped = await truth(runId);
  expect(stopped.last).toBe("$end");
  for (const { page, problems } of [one, two]) {
    await page.getByText("The answer was stopped.").waitFor();
    expect([await answer(page), await received(page)]).toEqual([stopped.text, stopped.made]);
    expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
    expect(problems).toEqual([]);
  }
});

test("a cut in the middle loses and duplicates nothing", async () => {
  const runId = crypto.randomUUID();
  await using opened = await openPage(browser, addressOf(runId));
  const { page, problems } = opened;
  for (let cuts = 1; cuts <= 2; cuts++) {
    const before = await received(page).catch(() => 0);
    await eventually(() => received(page)).toBeGreaterThan(before + 5);
    await cut(page);
    await eventually(() => countOf(page, "assistant/complete", "$live")).toBe(cuts + 1);
  }
  await agrees(page, await truth(runId));
  await eventually(() => countOf(page, "assistant/complete", "$end")).toBe(1);
  expect(await countOf(page, "assistant/complete", "cut here")).toBe(2);
  expect(await countOf(page, "assistant/complete", "$reset")).toBe(0);
  expect(problems).toEqual([]);
});

test("another prompt for the same run is a conflict, and leaves the run alone", async () => {
  const runId = crypto.randomUUID();
  await using one = await openPage(browser, addressOf(runId));
  await isUnderWay(one.page);
  await using two = await openPage(browser, addressOf(runId, "Something else"));
  const alert = () => two.page.getByRole("alert").textContent();
  await eventually(alert).toMatch(/^This run was started with another prompt/);
  expect(await badge(two.page, "assistant/complete")).toBe("Closed");
  await agrees(one.page, await truth(runId));
  await two.page.reload();
  await eventually(alert).toMatch(/^This run was started with another prompt/);

  await two.page.getByRole("button", { name: "Ask", exact: true }).click();
  await isUnderWay(two.page);
  expect(await two.page.getByRole("alert").count()).toBe(0);
  expect(one.problems).toEqual([]);
});

test("an address that names no run says so", async () => {
  await using opened = await openPage(browser, addressOf("no-uuid"));
  await eventually(() => opened.page.getByRole("alert").textContent()).toMatch(/^This address is not a valid run/);
});

test("a run that died with its server ends with a message, and a reload runs it again", async () => {
  const runId = crypto.randomUUID();
  await using opened = await openPage(browser, addressOf(runId));
  const { page, problems } = opened;
  await isUnderWay(page);
  const read = await answer(page);
  await example.crash();
  example = await startExample(example.port);
  await eventually(() => page.getByRole("alert").textContent()).toMatch(/^The server has lost this run/);
  // The text that was read stays.
  expect((await answer(page)).startsWith(read)).toBe(true);
  expect(await received(page)).toBeGreaterThan(5);
  await page.reload();
  await agrees(page, await truth(runId));
  expect(withoutKills(problems)).toEqual([]);
});
