import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badge, cut, launch, notes, openPage, withoutKills, withoutOffline } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { startExample } from "./support/example.ts";
import { call } from "./support/stream.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** The text as the editor shows it, without the others' cursors. */
const textOf = (page: Page): Promise<string> =>
  page.locator(".cm-line").evaluateAll((lines) =>
    lines
      .map((line) => {
        const copy = line.cloneNode(true) as Element;
        for (const caret of copy.querySelectorAll(".cm-ySelectionCaret")) caret.remove();
        return copy.textContent;
      })
      .join("\n"),
  );

const editor = (page: Page) => page.getByRole("textbox", { name: "Shared text" });

const isLive = async (...pages: Page[]) => {
  for (const page of pages) {
    for (const path of ["document/text", "document/presence"]) await eventually(() => badge(page, path)).toBe("Live");
  }
};

async function typeAt(page: Page, where: "start" | "end", text: string): Promise<void> {
  await editor(page).focus();
  await page.keyboard.press(where === "start" ? "ControlOrMeta+Home" : "ControlOrMeta+End");
  await page.keyboard.insertText(text); // at once: what is typed slowly is undone word by word
}

const times = (text: string, part: string) => text.split(part).length - 1;

const people = (page: Page) => page.locator(".people li").allTextContents();

test("two windows write one text and see each other's cursors, until one leaves", async () => {
  await using example = await startExample();
  const address = `${example.url}/document`;
  await using one = await openPage(browser, address);
  {
    await using two = await openPage(browser, address);
    await isLive(one.page, two.page);
    await typeAt(one.page, "start", "From one. ");
    await typeAt(two.page, "end", "From two.");
    await eventually(() => textOf(two.page)).toMatch(/^From one\. Write here/);
    await eventually(() => textOf(one.page)).toMatch(/nothing is lost\.\nFrom two\.$/);
    expect(await textOf(one.page)).toBe(await textOf(two.page));

    for (const { page } of [one, two]) {
      await eventually(async () => (await people(page)).length).toBe(2);
      await eventually(() => page.locator(".cm-ySelectionCaret").count()).toBe(1);
    }
    // A visitor that returns from another page finds the text and all other visitors.
    await one.page.getByRole("link", { name: "Feed" }).click();
    await one.page.getByLabel("What is happening?").waitFor();
    await typeAt(two.page, "end", " Meanwhile.");
    await one.page.goBack();
    await eventually(() => textOf(one.page)).toMatch(/From two\. Meanwhile\.$/);
    await eventually(async () => (await people(one.page)).length).toBe(2);
    await eventually(async () => (await people(two.page)).length).toBe(2);
    await typeAt(one.page, "start", "Again. ");
    await eventually(() => textOf(two.page)).toMatch(/^Again\. From one\./);
    // Each visitor has its own undo.
    await one.page.keyboard.press("ControlOrMeta+Z");
    await eventually(() => textOf(two.page)).toMatch(/^From one\. Write here/);
    expect(await textOf(two.page)).toMatch(/Meanwhile\.$/);
    expect(two.problems).toEqual([]);
  }
  await eventually(async () => (await people(one.page)).length).toBe(1);
  await eventually(() => one.page.locator(".cm-ySelectionCaret").count()).toBe(0);
  expect(one.problems).toEqual([]);
});

test("offline edits on both sides merge, and a third window sees the same", async () => {
  await using example = await startExample();
  const address = `${example.url}/document`;
  await using one = await openPage(browser, address);
  await using two = await openPage(browser, address);
  await isLive(one.page, two.page);
  for (const { page } of [one, two]) {
    await page.context().setOffline(true);
    await cut(page);
    await eventually(() => badge(page, "document/text")).not.toBe("Live");
  }
  await typeAt(one.page, "end", "Alpha was offline.");
  await typeAt(two.page, "end", "Beta was offline.");
  await typeAt(two.page, "start", "Gamma too. ");
  expect(await textOf(one.page)).not.toContain("Beta");
  await one.page.getByText("Saving …").waitFor();

  for (const { page } of [one, two]) await page.context().setOffline(false);
  for (const { page } of [one, two]) {
    await eventually(() => textOf(page)).toContain("Alpha was offline.");
    await eventually(() => textOf(page)).toContain("Beta was offline.");
    await eventually(() => textOf(page)).toContain("Gamma too. Write here");
    await page.getByText("Saved", { exact: true }).waitFor();
  }
  const text = await textOf(one.page);
  expect(await textOf(two.page)).toBe(text);
  for (const part of ["Alpha", "Beta", "Gamma", "Write here"]) expect(times(text, part)).toBe(1);

  await using three = await openPage(browser, address);
  await eventually(() => textOf(three.page)).toBe(text);
  for (const { problems } of [one, two, three]) expect(withoutOffline(problems)).toEqual([]);
});

test("edits during a cut are shown after it, without a snapshot", async () => {
  await using example = await startExample();
  const address = `${example.url}/document`;
  await using one = await openPage(browser, address);
  await using two = await openPage(browser, address);
  await isLive(one.page, two.page);
  await cut(one.page);
  await typeAt(two.page, "end", "Meanwhile.");
  await typeAt(one.page, "start", "And here. ");
  for (const { page } of [one, two]) {
    await eventually(() => textOf(page)).toMatch(/^And here\. Write here[\s\S]*Meanwhile\.$/);
  }
  await isLive(one.page);
  const seen = ["opened", "$open", "$snapshot", "$live", "cut here", "opened", "$open", "$live"];
  await eventually(() => notes(one.page, "document/text")).toEqual(seen);
  expect([...one.problems, ...two.problems]).toEqual([]);
});

test("a server that lost everything gets the text back from the browsers", async () => {
  const before = await startExample();
  await using one = await openPage(browser, `${before.url}/document`);
  await using two = await openPage(browser, `${before.url}/document`);
  await isLive(one.page, two.page);
  await typeAt(one.page, "start", "Kept. ");
  await eventually(() => textOf(two.page)).toMatch(/^Kept\. Write here/);
  // One of them is on another page meanwhile, and gets no events.
  await two.page.getByRole("link", { name: "Feed" }).click();
  await two.page.getByLabel("What is happening?").waitFor();
  await one.page.close();
  await before.crash();
  await using after = await startExample(before.port);
  await eventually(() => badge(two.page, "feed/posts")).toBe("Live");
  await two.page.goBack();
  await isLive(two.page);
  await typeAt(two.page, "end", "And more.");

  await using three = await openPage(browser, `${after.url}/document`);
  await eventually(() => textOf(three.page)).toMatch(/^Kept\. Write here[\s\S]*And more\.$/);
  expect(times(await textOf(three.page), "Write here")).toBe(1);
  expect(await textOf(two.page)).toBe(await textOf(three.page));
  expect(withoutKills([...two.problems, ...three.problems])).toEqual([]);
});

test("an invalid update and an unknown visitor's cursor are refused", async () => {
  await using example = await startExample();
  const update = btoa("no update at all");
  expect(await call(`${example.url}/api/document/edit`, { update })).toMatchObject({ status: 400 });
  expect(await call(`${example.url}/api/document/edit`, { update: "#" })).toMatchObject({ status: 400 });
  expect(await call(`${example.url}/api/document/move`, { clientId: 7, awareness: "AAAA" })).toMatchObject({
    status: 409,
    body: { code: "notPresent" },
  });
});
