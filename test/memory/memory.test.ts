import { expect, it, onTestFinished } from "vitest";
import { eventually } from "../conformance/within.js";
import { Child } from "../support/child.js";
import type { MemoryServer } from "./memory-server.js";
import { hold, holdPath, kinds, sendMany } from "./requests.js";

/** How many requests of each kind the long form sends, `npm run test:memory`: 100,000, or as many as it is told. */
const runs = process.env["RUNS"] ? Number(process.env["RUNS"]) : undefined;

/** Megabytes by which an idle server may have grown after any requests; less after fewer requests. */
const allowance = runs ? 20 : 4;

async function startServer() {
  const options = ["--max-old-space-size=256", "--conditions=@sluice/source"];
  const child = new Child<MemoryServer>(new URL("memory-server.ts", import.meta.url), { options });
  onTestFinished(() => child.stop());
  const port = await child.call("listen");
  const idle = () =>
    eventually(async () => {
      const { streams, topics } = await child.call("stats");
      expect([streams, topics]).toEqual([0, 0]);
    }, 60_000);
  return { child, port, idle };
}

it(
  "lives with a heap of 256 MB through any number of names and keys, and holds none once their clients have gone",
  async () => {
    const { child, port, idle } = await startServer();
    const held = async () => (await child.call("held")) / 1024 / 1024;
    for (const kind of kinds) await sendMany(port, kind, { from: 0, count: 10 }); // warms up compiled code and caches
    await idle();
    const before = await held();
    const grown: Record<string, number> = {};
    for (const kind of kinds) {
      await sendMany(port, kind, { from: 10, count: runs ?? kind.few });
      await idle();
      grown[kind.title] = Math.round(((await held()) - before) * 10) / 10;
    }
    if (runs) console.table(grown);
    expect(Object.entries(grown).filter(([, megabytes]) => megabytes > allowance)).toEqual([]);
  },
  120_000 + (runs ?? 0) * 1_000,
);

it("keeps no input of an open stream if the procedure's code doesn't use it", async () => {
  const { child, port } = await startServer();
  for (const kind of kinds.filter(({ title }) => title.startsWith("POST"))) {
    await hold(port, kind, 0);
    const before = await child.call("held");
    for (let n = 1; n <= 20; n++) onTestFinished(await hold(port, kind, n));
    const grown = (await child.call("held")) - before;
    expect([kind.title, grown < 2 * 1024 * 1024]).toEqual([kind.title, true]);
  }
}, 60_000);

it("keeps no snapshot of an open stream after it was sent", async () => {
  const { child, port } = await startServer();
  onTestFinished(await holdPath(port, "job"));
  const before = await child.call("held");
  for (let n = 0; n < 20; n++) {
    await child.call("step");
    onTestFinished(await holdPath(port, "job"));
  }
  const grown = (await child.call("held")) - before;
  expect(grown / 1024 / 1024).toBeLessThan(4); // and not 10
}, 60_000);
