import { spawn } from "node:child_process";
import { once } from "node:events";
import { sluiceFetch } from "@sluice/server/fetch";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { type ReactNode, Suspense } from "react";
import { afterEach, expect, it, onTestFinished } from "vitest";
import { createScoresClient, type ScoresClient } from "../../apps/docs/snippets/client.js";
import { contract } from "../../apps/docs/snippets/contract.js";
import { Goals, Matches, Report, Reporter, Score, SuspendedScore, Ticker } from "../../apps/docs/snippets/react.js";
import { createScores, reportGoal } from "../../apps/docs/snippets/server.js";
import { hydratePage } from "../../apps/docs/snippets/ssr-browser.js";

afterEach(cleanup);

/** The components that the pages show, on the server that they show, in this process. */
function show(page: (client: ScoresClient) => ReactNode, user?: string, beforeReport?: () => Promise<void> | void) {
  const sluice = createScores();
  const fetch = sluiceFetch(sluice, {
    base: "/api",
    context: () => ({ user: user ? { id: user, isReferee: user === "referee" } : null }),
    identify: () => user,
  });
  const client = createScoresClient("http://scores/api", () => user, {
    async fetch(url, init) {
      if (url.endsWith("/report")) await beforeReport?.();
      return fetch(url, init);
    },
  });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(<QueryClientProvider client={queryClient}>{page(client)}</QueryClientProvider>);
  return sluice;
}

const sees = (text: string | RegExp) => screen.findByText(text, {}, { timeout: 10_000 });

// #region score
it("shows a state, its connection, and each goal", async () => {
  const sluice = show((client) => (
    <>
      <Score client={client} matchId="m1" />
      <Goals client={client} matchId="m1" />
    </>
  ));
  await sees("0 : 0");
  await reportGoal(sluice, "m1", 12);
  await sees("1 : 0");
  await sees("Goal in minute 12");
});
// #endregion score

it("shows lists and folds, and nothing without an input", async () => {
  show((client) => (
    <>
      <Ticker client={client} symbol="SLU" />
      <Ticker client={client} symbol={undefined} />
    </>
  ));
  await sees(/^[1-9]\d* ticks, up to [3-9]\d\d$/); // whichever it shows first: the feed goes on
  await sees("0 ticks, up to 0");
});

it("shows queries and suspended states", async () => {
  show((client) => (
    <>
      <Matches client={client} />
      <Suspense fallback="wait">
        <SuspendedScore client={client} matchId="m1" />
      </Suspense>
    </>
  ));
  await sees("0 to 0");
  fireEvent.click(await sees("Ajax – Porto"));
  await sees("Ajax – Porto");
});

it("shows what is expected at once, and what is true in the end", async () => {
  let answer = () => {};
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve;
  });
  show(
    (client) => (
      <>
        <Score client={client} matchId="m1" />
        <Report client={client} matchId="m1" />
      </>
    ),
    "ann", // no referee: she is refused
    () => mayAnswer,
  );
  await sees("0 : 0");
  fireEvent.click(screen.getByText("Goal!"));
  await sees("1 : 0");
  answer();
  await sees("0 : 0");
});

it("repeats a call that met a server's end", async () => {
  let attempts = 0;
  const sluice = show(
    (client) => <Reporter client={client} matchId="m1" />,
    "referee",
    () => {
      if (++attempts === 1) throw new TypeError("The connection was cut");
    },
  );
  fireEvent.click(screen.getByText("Goal!"));
  await sees("reported");
  expect(attempts).toBe(2);
  expect((await sluice.topic(contract.scores.watch, { matchId: "m1" }).state()).state).toMatchObject({ home: 1 });
});

it("goes on in the browser from what a server has rendered", async () => {
  const child = spawn(process.execPath, ["--conditions=@sluice/source", "--import", "tsx", "ssr-server.ts"], {
    cwd: import.meta.dirname,
    env: { ...process.env, TSX_TSCONFIG_PATH: "../../apps/docs/snippets/tsconfig.json" }, // says how JSX is meant
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  const url = String((await once(child.stdout, "data"))[0]).trim();
  const page = await (await fetch(`${url}/page`)).text();
  expect(page).toContain("1<!-- --> : <!-- -->0");
  document.body.innerHTML = page;
  const state = JSON.parse(/globalThis.state = (.*)<.script>/.exec(page)?.[1] ?? "");
  const root = hydratePage(document.getElementById("root") as HTMLElement, state, `${url}/api`, "m1");
  onTestFinished(() => root.unmount());
  await fetch(`${url}/goal`, { method: "POST" });
  await sees("2 : 0");
}, 60_000);
