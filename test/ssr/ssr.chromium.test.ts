import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../conformance/within.js";
import { expectResumed, newTopic, openSite } from "./open-page.js";

const at = "1970-01-01T00:00:00.000Z";
const one = `ann:1 of 1 bigint ${at}`;
const two = `ann:1 bob:1 of 2 bigint ${at}`;

describe.each([19, 18] as const)("a page that React %i renders on the server", (version) => {
  let site: Awaited<ReturnType<typeof openSite>>;
  beforeAll(async () => {
    site = await openSite(version);
  });
  afterAll(() => site.close());

  it("is rendered and hydrated by that version", async () => {
    const page = await site.load({ id: newTopic(), views: "" });
    expect(site.reactVersion).toMatch(new RegExp(`^${version}\\.`));
    expect(await page.page.evaluate(() => globalThis.reactVersion)).toBe(site.reactVersion);
  });

  it("shows a state, goes on from its cursor, and tells what happened in between, once", async () => {
    const id = newTopic();
    await site.vote(id, "ann");
    const page = await site.load({ id, views: "tally" });
    expect(await page.text("tally")).toBe(`success ${one}`);
    expect(site.rendered.open.at(-1)).toBe(0);
    await site.vote(id, "bob");
    await page.hydrate();
    await page.shows("tally", `success ${two}`);
    expect(await page.seen("tally")).toEqual([`success ${one}`, `success ${two}`]);
    expect(await page.events()).toEqual(["bob"]);
    await expectResumed(page);
    await page.isSound();
  });

  it("goes on with lists, folds, latest events, numbers and outputs, in strict mode", async () => {
    const id = newTopic();
    for (const text of ["a", "b", "c", "d"]) await site.post(id, text);
    await site.step(id, 7);
    const page = await site.load({ id, views: "list,latest,fold,count,times", strict: "" });
    const first = {
      list: "success b1970,c1970,d1970",
      latest: "success d1970",
      fold: "success bcd",
      count: "success 7",
      times: "success 2025 bigint",
    };
    for (const [name, text] of Object.entries(first)) expect(await page.text(name)).toBe(text);
    await site.post(id, "e");
    await site.step(id, -1);
    await page.hydrate();
    await page.shows("list", "success b1970,c1970,d1970,e1970");
    await page.shows("latest", "success e1970");
    await page.shows("fold", "success bcde");
    await page.shows("count", "success 6");
    for (const [name, text] of Object.entries(first))
      expect((await page.seen(name)).slice(0, 2)).toEqual(name === "times" ? [text] : [text, await page.text(name)]);
    await expectResumed(page);
    await page.isSound();
  });

  it.each([["tally"], [""]])("suspends on the server only (prefetched: %j)", async (prefetch) => {
    const id = newTopic();
    await site.vote(id, "ann");
    const page = await site.load({ id, views: "suspended", prefetch, strict: "" });
    expect(await page.text("suspended")).toBe(one);
    await site.vote(id, "bob");
    await page.hydrate();
    await page.shows("suspended", two);
    expect(await page.seen("suspended")).toEqual([one, two]);
    await eventually(async () => expect((await page.exchanges())[0]?.answer).toContain("$live"));
    await expectResumed(page);
    await page.isSound();
  });

  if (version === 18) return;

  it("does so at the hundredth request, too", async () => {
    const id = newTopic();
    await site.vote(id, "ann");
    const first = Array.from({ length: 99 }, async () => (await fetch(`${site.url}?id=${id}&views=tally`)).text());
    for (const html of await Promise.all(first)) expect(html).toContain(one);
    const page = await site.load({ id, views: "tally" });
    await page.hydrate();
    await site.vote(id, "bob");
    await page.shows("tally", `success ${two}`);
    await expectResumed(page);
    await page.isSound();
  });

  it.each([["tally,voters"], ["voters,tally"]])(
    "goes on with views of one topic that were rendered at different places: %s",
    async (views) => {
      const id = newTopic();
      await site.vote(id, "ann");
      site.onBetween(async () => void (await site.vote(id, "bob")));
      const page = await site.load({ id, views, apart: "" });
      await site.vote(id, "cid");
      await page.hydrate();
      await page.shows("tally", `success ann:1 bob:2 cid:1 of 4 bigint ${at}`);
      await page.shows("voters", views === "tally,voters" ? "success bob,cid" : "success bob,bob,cid");
      await expectResumed(page);
      await page.isSound();
    },
  );

  it("renders what its visitor may see, as the cookies of the request say", async () => {
    const headers = { cookie: "user=ann" };
    const html = await (await fetch(`${site.url}?id=${newTopic()}&views=secret`, { headers })).text();
    expect(html).toContain('<p id="secret">success word</p>');
  });

  it.each([
    ["was refused", "mine", "5000"],
    ["was too slow", "slow", "100"],
  ])("is pending where the server %s, and asks itself", async (_, name, serverTimeout) => {
    const page = await site.load({ id: newTopic(name), views: "secret", serverTimeout });
    expect(await page.text("secret")).toBe("pending undefined");
    expect(site.rendered.open.at(-1)).toBe(0);
    await page.hydrate();
    await page.shows("secret", "success word");
    expect(await page.seen("secret")).toEqual(["pending undefined", "success word"]);
    await page.isSound();
  });
});
