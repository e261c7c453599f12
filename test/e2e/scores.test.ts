import { randomUUID } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badge, cut, launch, notes, openPage, withoutKills } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { startExample } from "./support/example.ts";
import { call, readUntilLive } from "./support/stream.ts";

interface Row {
  readonly id: string;
  readonly home: string[];
  readonly away: string[];
  readonly over: boolean;
}

interface Match {
  readonly id: string;
  readonly over: boolean;
  readonly goals: readonly { readonly side: "home" | "away"; readonly minute: number }[];
}

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** The board as a page shows it. */
const shown = (page: Page): Promise<Row[]> =>
  page.locator("[data-match]").evaluateAll((rows) =>
    rows.map((row) => {
      const minutes = (side: string) => row.querySelector(`.minutes.${side}`)?.textContent?.match(/\d+/g) ?? [];
      return {
        id: row.getAttribute("data-match") ?? "",
        home: [...minutes("home")],
        away: [...minutes("away")],
        over: row.querySelector(".match-status")?.textContent === "Full time",
      };
    }),
  );

/** The board as the server has it. */
async function truth(url: string): Promise<Row[]> {
  const frames = await readUntilLive(`${url}/api/scores/board`);
  const snapshot = frames.find(({ type }) => type === "$snapshot");
  if (!snapshot) throw new Error("The board has no snapshot");
  return (snapshot.data as { matches: Match[] }).matches.map(({ id, over, goals }) => {
    const minutes = (side: string) =>
      goals
        .filter((goal) => goal.side === side)
        .map(({ minute }) => minute)
        .sort((a, b) => a - b)
        .map(String);
    return { id, home: minutes("home"), away: minutes("away"), over };
  });
}

const agrees = async (url: string, ...pages: Page[]) => {
  for (const page of pages) {
    await eventually(async () => await shown(page)).toEqual(await truth(url));
  }
};

const row = async (url: string, id: string) => (await truth(url)).find((row) => row.id === id);

async function report(page: Page, match: string, team: string, minute: number): Promise<void> {
  await page.locator(`[data-match="${match}"]`).click();
  await page.getByRole("spinbutton", { name: "Minute" }).fill(String(minute));
  await page.getByRole("button", { name: `Goal ${team}` }).click();
}

test("two windows agree, whichever window reports, undoes and ends", async () => {
  await using example = await startExample();
  const { url } = example;
  await using one = await openPage(browser, `${url}/scores`);
  await using two = await openPage(browser, `${url}/scores`);

  await report(one.page, "norwich", "Liverpool", 18);
  await report(two.page, "norwich", "Norwich", 29);
  await report(two.page, "watford", "Newcastle United", 58);
  await eventually(() => row(url, "norwich")).toMatchObject({ home: ["29"], away: ["18"] });
  await eventually(() => row(url, "watford")).toMatchObject({ away: ["58"] });
  await agrees(url, one.page, two.page);

  await two.page.getByRole("button", { name: "Undo the goal of Newcastle United in minute 58" }).click();
  await eventually(() => row(url, "watford")).toMatchObject({ away: [] });
  await two.page.getByRole("button", { name: "Full time" }).click();
  await eventually(() => row(url, "watford")).toMatchObject({ over: true });
  await agrees(url, one.page, two.page);
  await eventually(() => two.page.getByText("In history it ended 2–1.").count()).toBe(1);

  await two.page.getByRole("button", { name: "Kick off again" }).click();
  await eventually(() => row(url, "watford")).toMatchObject({ over: false });
  await agrees(url, one.page, two.page);
  expect([...one.problems, ...two.problems]).toEqual([]);
});

test("a match day runs by itself, and also counts visitors' reports", async () => {
  await using example = await startExample(undefined, { isStill: false });
  const { url } = example;
  await using opened = await openPage(browser, `${url}/scores`);
  const { page, problems } = opened;
  const goals = (rows: readonly Row[]) => rows.flatMap(({ home, away }) => [...home, ...away]).length;
  const clock = async () => Number(/ (\d+)′/.exec((await page.locator(".match-day").textContent()) ?? "")?.[1]);
  const before = goals(await truth(url));
  expect(before).toBeGreaterThan(0);
  const minute = await clock();
  await report(page, "west-bromwich-albion", "Aston Villa", 120);
  await eventually(async () => (await row(url, "west-bromwich-albion"))?.away).toContain("120");
  // One is the visitor's.
  await eventually(async () => goals(await truth(url))).toBeGreaterThan(before + 1);
  await eventually(clock).toBeGreaterThan(minute);
  await eventually(async () => goals(await shown(page))).toBeGreaterThan(before + 1);
  expect(await row(url, "west-bromwich-albion")).toMatchObject({ away: expect.arrayContaining(["120"]) });
  expect(problems).toEqual([]);
});

test("a report that is sent twice counts once", async () => {
  await using example = await startExample();
  const { url } = example;
  await using opened = await openPage(browser, `${url}/scores`);
  const { page, problems } = opened;
  await page.locator('[data-match="norwich"]').click();
  await page.getByRole("button", { name: "Goal Norwich" }).dblclick();
  await eventually(async () => (await row(url, "norwich"))?.home).toHaveLength(1);

  const goal = { reportId: randomUUID(), matchId: "watford", side: "home", minute: 3 };
  const answers = await Promise.all([1, 2].map(() => call(`${url}/api/scores/report`, goal)));
  expect(answers.map(({ body }) => body["output"]?.["duplicate"]).sort()).toEqual([false, true]);
  expect(await row(url, "watford")).toMatchObject({ home: ["3"], away: [] });
  expect(await row(url, "norwich")).toMatchObject({ home: ["7"], away: [] });
  await agrees(url, page);
  expect(problems).toEqual([]);
});

test("impossible reports are refused with the errors of the contract", async () => {
  await using example = await startExample();
  const reportUrl = `${example.url}/api/scores/report`;
  const goal = { reportId: randomUUID(), matchId: "watford", side: "home", minute: 3 };
  expect(await call(reportUrl, { ...goal, matchId: "nowhere" })).toMatchObject({
    status: 404,
    body: { code: "matchNotFound", data: { matchId: "nowhere" } },
  });
  await call(`${example.url}/api/scores/fullTime`, { matchId: "watford" });
  expect(await call(reportUrl, goal)).toMatchObject({ status: 409, body: { code: "matchOver" } });
  expect(await call(reportUrl, { ...goal, minute: 0 })).toMatchObject({ status: 400, body: { code: "badRequest" } });
});

test("events during a cut are shown after it, without a snapshot", async () => {
  await using example = await startExample();
  const { url } = example;
  await using one = await openPage(browser, `${url}/scores`);
  await using two = await openPage(browser, `${url}/scores`);
  await eventually(() => badge(one.page, "scores/board")).toBe("Live");
  await cut(one.page);
  await report(two.page, "norwich", "Liverpool", 18);
  await eventually(() => row(url, "norwich")).toMatchObject({ away: ["18"] });
  await agrees(url, one.page, two.page);
  await eventually(() => badge(one.page, "scores/board")).toBe("Live");
  const seen = ["opened", "$open", "$snapshot", "$live", "cut here", "opened", "$open", "$live"];
  await eventually(() => notes(one.page, "scores/board")).toEqual(seen);
  expect([...one.problems, ...two.problems]).toEqual([]);
});

test("after a crash of the server pages reconnect and show the reset", async () => {
  const before = await startExample();
  const { url } = before;
  await using first = await openPage(browser, `${url}/scores`);
  await using second = await openPage(browser, `${url}/scores`);
  const [one, two] = [first.page, second.page];
  await report(one, "norwich", "Liverpool", 18);
  await eventually(() => row(url, "norwich")).toMatchObject({ away: ["18"] });
  await agrees(url, one, two);

  await before.crash();
  for (const page of [one, two]) {
    await eventually(() => badge(page, "scores/board")).toBe("Reconnecting");
    expect((await shown(page)).find(({ id }) => id === "norwich")).toMatchObject({ away: ["18"] });
  }
  await using after = await startExample(before.port);
  await call(`${after.url}/api/scores/report`, { reportId: randomUUID(), matchId: "norwich", side: "home", minute: 5 });
  for (const page of [one, two]) {
    await eventually(() => badge(page, "scores/board")).toBe("Live");
    await eventually(async () => (await notes(page, "scores/board")).slice(-5)).toEqual([
      "opened",
      "$open",
      "$reset",
      "$snapshot",
      "$live",
    ]);
    await page.getByText("History was lost").waitFor();
  }
  await agrees(url, one, two);
  expect((await shown(one)).find(({ id }) => id === "norwich")).toMatchObject({ home: ["5"], away: [] });
  expect(withoutKills([...first.problems, ...second.problems])).toEqual([]);
});

test("a goal is reported without a mouse", async () => {
  await using example = await startExample();
  await using opened = await openPage(browser, `${example.url}/scores`);
  const { page, problems } = opened;
  await page.locator("[data-match]").first().waitFor();
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element instanceof HTMLInputElement ? element.type : (element?.textContent ?? "");
    });
  const tabTo = async (what: string) => {
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press("Tab");
      if ((await focused()) === what) return;
    }
    throw new Error(`The Tab key doesn't lead to ${what}`);
  };
  await tabTo("radio");
  await page.keyboard.press("ArrowDown");
  await tabTo("number");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("33");
  await tabTo("Goal Bournemouth");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
  expect(outline).toBe("solid");
  await page.keyboard.press("Enter");
  await eventually(() => row(example.url, "sunderland")).toMatchObject({ home: [], away: ["33"] });
  await agrees(example.url, page);
  expect(problems).toEqual([]);
});
