import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { badge, countOf, launch, openPage, withoutKills } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { startExample } from "./support/example.ts";
import { call, readUntilLive } from "./support/stream.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const textOf = async (page: Page) => (await page.locator(".cm-line").allTextContents()).join("\n");
const answer = async (page: Page) => (await page.locator(".answer-text p").allTextContents()).join("\n\n");

interface Board {
  readonly minute: number;
  readonly matches: readonly { readonly id: string; readonly goals: readonly { readonly id: string }[] }[];
}

/** The board as the server has it. */
async function boardOf(url: string): Promise<Board> {
  const frames = await readUntilLive(`${url}/api/scores/board`);
  const snapshot = frames.find(({ type }) => type === "$snapshot") ?? expect.fail("no snapshot");
  return snapshot.data as Board;
}

const goalIds = ({ matches }: Board) => matches.flatMap(({ goals }) => goals.map(({ id }) => id));

test("a server that is killed in mid-match goes on where it was, and no page is reset", {
  timeout: 90_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-restart-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const options = { isStill: false, data: join(folder, "log.db") };
  const before = await startExample(undefined, options);
  const runId = randomUUID();
  const paths = {
    "scores/board": "/scores",
    "feed/posts": "/feed",
    "document/text": "/document",
    "assistant/complete": `/assistant?${new URLSearchParams({ run: runId, prompt: "Tell me about penguins" })}`,
  };
  const opened = await Promise.all(Object.values(paths).map((path) => openPage(browser, before.url + path)));
  onTestFinished(async () => {
    for (const each of opened) await each[Symbol.asyncDispose]();
  });
  const [scores, feed, text, words] = opened.map(({ page }) => page) as [Page, Page, Page, Page];
  const live = [
    [scores, "scores/board"],
    [feed, "feed/posts"],
    [text, "document/text"],
  ] as const;
  for (const [page, path] of live) await eventually(() => badge(page, path)).toBe("Live");

  const id = randomUUID();
  await call(`${before.url}/api/feed/post`, { id, author: "Ada", text: "Written before the kill" });
  const report = { reportId: randomUUID(), matchId: "norwich", side: "home", minute: 30 };
  await call(`${before.url}/api/scores/report`, report);
  await text.getByRole("textbox", { name: "Shared text" }).focus();
  await text.keyboard.press("ControlOrMeta+Home");
  await text.keyboard.type("Kept. ");
  const post = (text: string) => feed.locator(".post-text", { hasText: text });
  await post("Written before the kill").waitFor();
  await eventually(async () => (await answer(words)).length).toBeGreaterThan(20);
  const other = await openPage(browser, `${before.url}/document`);
  await eventually(() => textOf(other.page)).toMatch(/^Kept\. [\s\S]*Write here/);
  await other[Symbol.asyncDispose](); // or it would bring the text back
  const board = await boardOf(before.url);
  const read = await answer(words);

  await before.crash();
  for (const [page, path] of live) await eventually(() => badge(page, path)).toBe("Reconnecting");
  await text.goto("about:blank"); // it would, too
  const after = await startExample(before.port, options);

  const later = await boardOf(after.url);
  expect(goalIds(later)).toEqual(expect.arrayContaining(goalIds(board)));
  expect(later.minute).toBeGreaterThanOrEqual(board.minute);
  await text.goto(`${after.url}/document`);
  await eventually(() => textOf(text)).toMatch(/^Kept\. [\s\S]*Write here/);
  for (const [page, path] of live) await eventually(() => badge(page, path)).toBe("Live");
  await call(`${after.url}/api/feed/post`, { id: randomUUID(), author: "Ada", text: "Written after it" });
  await post("Written after it").waitFor();
  expect(await post("Written before the kill").count()).toBe(1);
  await eventually(() => scores.locator('[data-match="norwich"] .minutes.home').textContent()).toContain("30");
  // The run has died with its server, but its words have not.
  const again = await openPage(browser, after.url + paths["assistant/complete"]);
  await eventually(() => answer(again.page)).toContain(read);
  await again[Symbol.asyncDispose]();
  expect((await answer(words)).startsWith(read)).toBe(true);

  // Once more, now with the document open.
  await after.crash();
  for (const [page, path] of live) await eventually(() => badge(page, path)).toBe("Reconnecting");
  await using last = await startExample(before.port, options);
  for (const [page, path] of live) await eventually(() => badge(page, path)).toBe("Live");
  expect(goalIds(await boardOf(last.url))).toEqual(expect.arrayContaining(goalIds(later)));
  for (const [page, path] of [...live, [words, "assistant/complete"] as const]) {
    expect([path, await countOf(page, path, "$reset")]).toEqual([path, 0]);
  }
  expect(await scores.getByText("History was lost").count()).toBe(0);
  expect(withoutKills(opened.flatMap(({ problems }) => problems))).toEqual([]);
});
