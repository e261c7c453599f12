import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badge, countOf, cut, launch, openPage, withoutOffline } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { startExample } from "./support/example.ts";
import { call, readUntilLive } from "./support/stream.ts";

interface Post {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly likes: readonly string[];
}

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const truth = async (url: string): Promise<readonly Post[]> => {
  const frames = await readUntilLive(`${url}/api/feed/posts`);
  const snapshot = frames.find(({ type }) => type === "$snapshot")?.data as { posts: Post[] } | undefined;
  return snapshot?.posts ?? [];
};

/** Texts and likes, newest first, as a page shows what has been posted. */
const shown = (page: Page) =>
  page
    .locator('[data-state="posted"]')
    .evaluateAll((all) =>
      all.map((post) => [
        post.querySelector(".post-text")?.textContent,
        Number(post.querySelector(".like")?.textContent),
      ]),
    );

const agrees = async (url: string, ...pages: Page[]) => {
  for (const page of pages) {
    const all = (await truth(url)).map(({ text, likes }) => [text, likes.length]);
    await eventually(() => shown(page)).toEqual(all);
  }
};

const box = (page: Page) => page.getByLabel("What is happening?");

async function post(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press("Control+Enter");
}

const texts = async (url: string) => (await truth(url)).map(({ text }) => text);

test("two windows agree on posts and likes, across a cut", async () => {
  await using example = await startExample();
  const { url } = example;
  await using one = await openPage(browser, `${url}/feed`);
  await using two = await openPage(browser, `${url}/feed`);
  await one.page.getByLabel("Your name").fill("Lin");
  await post(one.page, "First of mine");
  await two.page.getByText("First of mine", { exact: true }).waitFor();
  await two.page.getByRole("button", { name: "Like the post of Lin" }).click();
  await eventually(async () => (await truth(url))[0]?.likes.length).toBe(1);

  await eventually(() => countOf(one.page, "feed/posts", "$live")).toBe(1);
  await cut(one.page);
  await post(two.page, "While you were away");
  await one.page.getByText("While you were away", { exact: true }).waitFor();
  await one.page.getByRole("button", { name: "Like the post of Lin" }).click();
  await two.page.getByRole("button", { name: "Like the post of Lin" }).click();
  await eventually(async () => (await truth(url)).map(({ likes }) => likes.length)).toEqual([0, 1, 0, 0]);
  await agrees(url, one.page, two.page);
  await eventually(() => countOf(one.page, "feed/posts", "$live")).toBe(2);
  expect(await countOf(one.page, "feed/posts", "$snapshot")).toBe(1);

  await one.page.reload();
  await eventually(() => one.page.getByLabel("Your name").inputValue()).toBe("Lin");
  await agrees(url, one.page);
  expect([...one.problems, ...two.problems]).toEqual([]);
});

test("offline posts wait, and are posted once and in order when the page is online", async () => {
  await using example = await startExample();
  const { url } = example;
  await using opened = await openPage(browser, `${url}/feed`);
  const { page, problems } = opened;
  await eventually(() => badge(page, "feed/posts")).toBe("Live");
  await page.context().setOffline(true);
  await cut(page);
  await post(page, "Offline one");
  await post(page, "Offline two");
  await box(page).fill("Not sent yet");
  await eventually(() => page.locator('[data-state="waiting"]').count()).toBe(2);
  expect(await texts(url)).not.toContain("Offline one");

  await page.context().setOffline(false);
  await eventually(async () => (await texts(url)).slice(0, 2)).toEqual(["Offline two", "Offline one"]);
  await agrees(url, page);
  await eventually(() => page.locator(".post:not([data-state=posted])").count()).toBe(0);
  expect(await box(page).inputValue()).toBe("Not sent yet");
  await page.reload();
  expect(await box(page).inputValue()).toBe("Not sent yet");
  expect(withoutOffline(problems)).toEqual([]);
});

test("a post whose answer is lost is sent again, and is one post", async () => {
  await using example = await startExample();
  const { url } = example;
  await using opened = await openPage(browser, `${url}/feed`);
  const { page } = opened;
  await eventually(() => badge(page, "feed/posts")).toBe("Live");
  let requests = 0;
  await page.route("**/api/feed/post", async (route) => {
    requests++;
    // The server gets it, but the browser gets no response.
    if (requests > 1) return route.continue();
    await route.fetch();
    return route.abort("connectionreset");
  });
  await post(page, "Only once");
  await eventually(() => requests).toBe(2);
  await eventually(() => page.locator(".post:not([data-state=posted])").count()).toBe(0);
  expect((await texts(url)).filter((text) => text === "Only once")).toHaveLength(1);
  await agrees(url, page);
});

test("a post and a like show before the server has them", async () => {
  await using example = await startExample();
  const { url } = example;
  await using opened = await openPage(browser, `${url}/feed`);
  const { page } = opened;
  await eventually(() => badge(page, "feed/posts")).toBe("Live");
  let letThrough = () => {};
  const mayPass = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  await page.route(/api\/feed\/(post|like)$/, async (route) => {
    await mayPass;
    return route.continue();
  });
  await post(page, "Not there yet");
  await page.locator('[data-state="sending"]').getByText("Not there yet").waitFor();
  await page.getByRole("button", { name: "Like the post of Ada, 0 so far" }).click();
  await page.getByRole("button", { name: "Like the post of Ada, 1 so far", pressed: true }).waitFor();
  expect(await texts(url)).not.toContain("Not there yet");
  expect((await truth(url)).flatMap(({ likes }) => likes)).toEqual([]);
  letThrough();
  await eventually(async () => (await truth(url)).flatMap(({ likes }) => likes).length).toBe(1);
  await eventually(() => page.locator(".post:not([data-state=posted])").count()).toBe(0);
  await agrees(url, page);
});

test("an invalid post is refused", async () => {
  await using example = await startExample();
  const draft = { id: "no id", author: "", text: "x".repeat(300) };
  const { status, body } = await call(`${example.url}/api/feed/post`, draft);
  expect(status).toBe(400);
  expect((body["issues"] as unknown as { path: string[] }[]).map(({ path }) => path[0])).toEqual([
    "id",
    "author",
    "text",
  ]);
});
