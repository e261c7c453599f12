import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SluiceError } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceFetch } from "@sluice/server/fetch";
import express from "express";
import { build, type Rolldown } from "vite";
import { contract } from "./contract.js";
import type { Ask } from "./page.js";
import type * as rendering from "./render.js";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const react18 = here("../react-18/package.json");

/** A package of its own has React 18 and what goes with it: these names resolve from there. */
const withReact18 = {
  name: "react-18",
  enforce: "pre" as const,
  resolveId(this: Rolldown.PluginContext, id: string) {
    const isReacts = /^(react|react-dom|@tanstack\/react-query)(\/|$)/.test(id);
    return isReacts ? this.resolve(id, react18, { skipSelf: true }) : undefined;
  },
};

/** Development's React: it says what it has to mend. */
const settings = (version: 18 | 19, outDir: string) => ({
  configFile: false as const,
  logLevel: "error" as const,
  mode: "development",
  define: { "process.env.NODE_ENV": '"development"' },
  plugins: version === 18 ? [withReact18] : [],
  build: { outDir, emptyOutDir: false, minify: false },
});

async function buildPage(version: 18 | 19, outDir: string): Promise<typeof rendering> {
  const { build: output, ...common } = settings(version, outDir);
  const conditions = ["@sluice/source", "module", "development"];
  await build({
    ...common,
    resolve: { conditions: [...conditions, "browser"] },
    build: { ...output, rolldownOptions: { input: here("browser.tsx"), output: { entryFileNames: "browser.js" } } },
  });
  await build({
    ...common,
    ssr: { noExternal: true, resolve: { conditions: [...conditions, "node"] } },
    build: { ...output, ssr: here("render.tsx"), rolldownOptions: { output: { entryFileNames: "render.mjs" } } },
  });
  return import(pathToFileURL(join(outDir, "render.mjs")).href);
}

interface Context {
  readonly isPage: boolean;
  readonly user: string | undefined;
}

/** An application that renders its pages on the server. */
export async function startSite(version: 18 | 19) {
  const outDir = await mkdtemp(join(tmpdir(), "sluice-ssr-"));
  const { renderPage, reactVersion } = await buildPage(version, outDir);
  const { tally, count, posts, secret, times, vote, $router } = implement(contract).$context<Context>();
  /** While a page is rendered, what is slow never comes, and the rest is refused, but for ann. */
  const onlyInBrowsers = secret.use(async ({ input: { id }, context, next }) => {
    if (context.isPage && id.startsWith("slow")) await new Promise(() => {});
    if (context.isPage && context.user !== "ann") throw new SluiceError("forbidden");
    return next();
  });
  const sluice = createSluice(
    $router({
      tally: tally.live(),
      count: count.live(),
      posts: posts.live(),
      secret: onlyInBrowsers.live(),
      times: times.handler(() => ({ opened: new Date("2025-01-01"), size: 12n })),
      vote: vote.handler(async ({ input: { id, for: name }, topic }) => {
        await topic(contract.tally, { id }).publish({ type: "vote", data: { for: name, at: new Date() } });
      }),
    }),
  );
  const context = (isPage: boolean, cookie = "") => ({ isPage, user: /user=(\w+)/.exec(cookie)?.[1] });
  const inProcess = sluiceFetch(sluice, {
    base: "/api",
    context: ({ headers }) => context(true, headers.get("cookie") ?? undefined),
  });
  const rendered = { open: [] as number[] };
  let between = async () => {};

  const app = express();
  app.use("/api", sluiceExpress(sluice, { context: ({ headers }) => context(false, headers.cookie) }));
  app.get("/browser.js", async (_, response) => {
    response.type("js").send(await readFile(join(outDir, "browser.js")));
  });
  app.get("/", async (request, response) => {
    const ask = request.query as unknown as Ask;
    const { cookie = "" } = request.headers;
    await renderPage({ ask, cookie, fetch: inProcess, between: () => between() }, response);
    rendered.open.push(sluice.stats().streams);
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    sluice,
    reactVersion,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    rendered,
    onBetween(run: () => Promise<void>) {
      between = run;
    },
    async close() {
      await sluice.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(outDir, { recursive: true });
    },
  };
}

export type Site = Awaited<ReturnType<typeof startSite>>;
