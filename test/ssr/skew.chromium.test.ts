import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../conformance/within.js";
import { contract } from "./contract.js";
import { newTopic, openSite } from "./open-page.js";

const at = "1970-01-01T00:00:00.000Z";
const one = `success ann:1 of 1 bigint ${at}`;

interface Carried {
  $sluice: number;
  data: unknown;
  cursor: string;
  version: number;
}

/** What is other than the page brought it, before it is hydrated. */
type Change = (carried: Carried) => { readonly [Member in keyof Carried]?: unknown };

describe("a rendered page that no longer fits", () => {
  let site: Awaited<ReturnType<typeof openSite>>;
  beforeAll(async () => {
    site = await openSite(19);
  });
  afterAll(() => site.close());

  async function loadChanged(id: string, change: Change) {
    const page = await site.load({ id, views: "tally" });
    const carried = await page.page.evaluate(() => globalThis.page.state.queries[0]?.state.data as Carried);
    await page.page.evaluate((changed) => {
      Object.assign(globalThis.page.state.queries[0]?.state.data as Carried, changed);
    }, change(carried));
    return page;
  }

  it("shows what it has, and then a fresh state, if the history after its cursor is gone", async () => {
    const id = newTopic();
    await site.vote(id, "ann");
    const page = await site.load({ id, views: "tally" });
    await site.sluice.topic(contract.tally, { id }).delete();
    await site.vote(id, "bob");
    await page.hydrate();
    await page.shows("tally", `success bob:1 of 1 bigint ${at}`);
    expect((await page.exchanges())[0]?.answer).toMatch(/\$reset[\s\S]*\$snapshot/);
    await page.isSound();
  });

  it.each<[string, Change]>([
    ["of another epoch", () => ({ cursor: "Zr0vB2Lc.1.40c2aa" })],
    ["that is no cursor", () => ({ cursor: "<script>" })],
    ["of another history", ({ cursor }) => ({ cursor: cursor.replace(/[^.]+$/, "zzzzzz") })],
    ["that is no text", () => ({ cursor: 7 })],
    ["that is missing", () => ({ cursor: undefined })],
  ])("shows what it has, and then a fresh state, with a cursor %s", async (_, change) => {
    const id = newTopic();
    await site.vote(id, "ann");
    const page = await loadChanged(id, change);
    await site.vote(id, "bob");
    await page.hydrate();
    const two = `success ann:1 bob:1 of 2 bigint ${at}`;
    await page.shows("tally", two);
    expect(await page.seen("tally")).toEqual([one, two]);
    await page.isSound();
  });

  it("gets a fresh state with the cursor of another input", async () => {
    const [mine, other] = [newTopic(), newTopic()];
    await site.vote(mine, "ann");
    await site.vote(other, "bob");
    const { page: otherPage } = await site.load({ id: other, views: "tally" });
    const cursor: string = await otherPage.evaluate("page.state.queries[0].state.data.cursor");
    const page = await site.load({ id: mine, views: "tally" });
    await page.page.evaluate(`page.state.queries[0].state.data.cursor = "${cursor}"`);
    await page.hydrate();
    await site.vote(mine, "cid");
    await page.shows("tally", `success ann:1 cid:1 of 2 bigint ${at}`);
    expect((await page.exchanges())[0]?.answer).toContain("$reset");
    await page.isSound();
  });

  it.each<[string, Change]>([
    ["whose state another contract made", () => ({ data: { votes: "none" } })],
    ["of an older version of the state", () => ({ version: 0 })],
    ["of another form", () => ({ $sluice: 2 })],
  ])("asks itself with data %s", async (_, change) => {
    const id = newTopic();
    await site.vote(id, "ann");
    const page = await loadChanged(id, change);
    await page.hydrate();
    await eventually(async () => expect(await page.seen("tally")).toEqual(["pending pending", one]));
    expect((await page.exchanges())[0]?.answer).toContain("$snapshot");
  });
});
