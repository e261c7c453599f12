import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { chromiumArgs, findChromium } from "../../chromium.ts";

export const launch = async (): Promise<Browser> =>
  chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });

export interface OpenPage {
  readonly page: Page;
  /** Console errors and uncaught exceptions so far. */
  readonly problems: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A page in its own profile, like another visitor's. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const [text, { url }] = [message.text(), message.location()];
    problems.push(text.includes("a status of") ? `${text}: ${url}` : text);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  await page.goto(url);
  return { page, problems, [Symbol.asyncDispose]: () => context.close() };
}

/** Chromium's messages about a killed server. */
const ofKills =
  /^Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)$/;

export const withoutKills = (problems: readonly string[]) => problems.filter((text) => !ofKills.test(text));

export const withoutOffline = (problems: readonly string[]) =>
  withoutKills(problems).filter((text) => text !== "Failed to load resource: net::ERR_INTERNET_DISCONNECTED");

/** The word on the badge of a subscription. */
export const badge = (page: Page, path: string) =>
  page.locator(".badge", { hasText: path }).getByRole("status").textContent();

/** Control frames of a subscription and what happened to the connection, as the page shows them, oldest first. */
export async function notes(page: Page, path: string): Promise<string[]> {
  const shown = (await page.locator(".notes li span").allTextContents()).reverse();
  const own = shown.filter((note) => note.startsWith(`${path} $`) || !note.includes("$"));
  return own.map((note) => note.replace(`${path} `, "").split(" {")[0] as string);
}

/** How often one of them is shown. The panel polls, so wait for the expected number. */
export const countOf = async (page: Page, path: string, note: string) =>
  (await notes(page, path)).filter((each) => each === note).length;

export const cut = (page: Page) => page.getByRole("button", { name: "Cut the connection" }).click();

/** The last part of the chosen stream, as the page shows it. */
export const wire = async (page: Page) => (await page.locator(".tail").textContent()) ?? "";
