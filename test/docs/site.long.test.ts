import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumArgs, findChromium } from "../chromium.js";

const dist = fileURLToPath(new URL("../../apps/docs/.vitepress/dist/", import.meta.url));
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
};

const fileOf = (pathname: string) => {
  const path = decodeURIComponent(pathname);
  return path.endsWith("/") ? `${path}index.html` : extname(path) ? path : `${path}.html`;
};

const server = createServer((req, res) => {
  const file = fileOf(new URL(req.url ?? "/", "http://site").pathname);
  if (!existsSync(join(dist, file))) return void res.writeHead(404).end();
  res.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
  res.end(readFileSync(join(dist, file)));
});

let browser: Browser;
let origin: string;

beforeAll(async () => {
  if (!existsSync(dist)) throw new Error("The site isn't built: run `npm run test:docs`, which builds it.");
  await once(server.listen(0), "listening");
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });
});

afterAll(async () => {
  await browser?.close();
  server.close();
});

/** A page that can reach the site only, and what went wrong on it. */
async function open(path: string, width = 1280) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const wrong: string[] = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  await page.route("**", (route) => {
    const url = route.request().url();
    if (url.startsWith(origin) || url.startsWith("data:")) return route.continue();
    wrong.push(`asked for ${url}`);
    return route.abort();
  });
  await page.goto(`${origin}${path}`, { waitUntil: "networkidle" });
  return { page, wrong };
}

const built = () =>
  readdirSync(dist, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".html") && file !== "404.html",
  );

it("finds what is searched for, without any network but its own", async () => {
  const { page, wrong } = await open("/");
  await page
    .getByRole("button", { name: /search/i })
    .first()
    .click();
  await page.getByRole("searchbox").fill("idempotencyKey");
  await page.locator(".VPLocalSearchBox .result").filter({ hasText: "Publishing" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Publishing" }).waitFor();
  expect(wrong).toEqual([]);
  await page.close();
});

it("fits a phone, and has no error on any page", async () => {
  const faults: unknown[] = [];
  for (const file of built()) {
    const { page, wrong } = await open(`/${file.replace(/(index)?\.html$/, "")}`, 390);
    const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    const isCut = await page.evaluate(
      "[...document.querySelectorAll('.diagram')].some((one) => one.scrollWidth > one.clientWidth)",
    );
    if (wrong.length > 0 || over !== 0 || isCut) faults.push({ file, wrong, over, isCut });
    await page.close();
  }
  expect(faults).toEqual([]);
}, 300_000);

it("shows the code of each snippet", () => {
  const pages = built().map((file) => ({ file, html: readFileSync(join(dist, file), "utf8") }));
  const broken = pages.filter(({ html }) => /Invalid code snippet option|Code snippet path not found/.test(html));
  expect(broken.map(({ file }) => file)).toEqual([]);
});

describe("links", () => {
  it("of all pages, also those that are generated, lead to pages and headings", () => {
    const idsOf = new Map(built().map((file) => [`/${file}`, idsIn(readFileSync(join(dist, file), "utf8"))]));
    const dead: string[] = [];
    for (const file of built()) {
      for (const [, href = ""] of readFileSync(join(dist, file), "utf8").matchAll(/<a[^>]* href="([^"]+)"/g)) {
        if (/^(https?:|mailto:)/.test(href)) continue;
        const url = new URL(href, `http://site/${file.replace(/(index)?\.html$/, "")}`);
        if (/\.\w+$/.test(url.pathname)) continue;
        const ids = idsOf.get(fileOf(url.pathname));
        const anchor = decodeURIComponent(url.hash.slice(1));
        if (!ids || (anchor && !ids.has(anchor))) dead.push(`${file}: ${href}`);
      }
    }
    expect([...new Set(dead)]).toEqual([]);
  });

  it("of llms.txt lead to the pages as Markdown, whose snippets are in them", () => {
    const text = readFileSync(join(dist, "llms.txt"), "utf8");
    const files = [...text.matchAll(/\]\(\/([^)]+)\)/g)].map(([, path = ""]) => path);
    expect(files.length).toBeGreaterThan(30);
    expect(files.filter((file) => !existsSync(join(dist, file)))).toEqual([]);
    expect(readFileSync(join(dist, "guide/start.md"), "utf8")).toContain("defineContract({");
    expect(readFileSync(join(dist, "llms-full.txt"), "utf8")).toContain("# Error index");
  });
});

const idsIn = (html: string) => new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id));
