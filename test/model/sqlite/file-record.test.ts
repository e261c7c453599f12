import { formatCursor } from "@sluice/contract/wire";
import { expect, it, onTestFinished } from "vitest";
import { History } from "../history.js";
import { retained } from "../store.js";
import { openSqliteStore } from "./sqlite-store.js";

async function openRecorded() {
  const history = new History();
  const store = await openSqliteStore({
    history,
    onNewLife: () => {},
    stateTtls: {},
    now: Date.now,
    seen: (log) => log,
    onErrorOf: () => () => {},
  });
  onTestFinished(() => store.retire());
  const { log } = store.connect();
  const oldest = async (topic: string) => {
    const { page } = await log.open(topic, { from: "oldest", limit: 0 });
    return page.ok ? formatCursor(page.end) : expect.fail();
  };
  return { history, log, oldest };
}

const event = (n: number) => ({ type: "item", data: JSON.stringify({ n }) });

// Readers see no more than is retained, though the file keeps entries for longer, and deletes some at once.
it("has the oldest entry that readers see, also while the file still has older ones", async () => {
  const { history, log, oldest } = await openRecorded();
  for (let n = 1; n <= retained.events + 70; n++) {
    await log.append("feed", [event(n)]);
    expect([n, history.oldest("feed")]).toEqual([n, await oldest("feed")]);
  }
  expect(await oldest("feed")).toMatch(/\.70\./);
});

it("has it of a topic with state, of which what no snapshot covers stays", async () => {
  const { history, log, oldest } = await openRecorded();
  for (let n = 1; n <= 60; n++) {
    const { cursor } = await log.append("board", [event(n)], { stateful: true, retain: { events: 20 } });
    if (n === 15 || n === 50) await log.saveSnapshot("board", cursor, "{}");
    expect([n, history.oldest("board")]).toEqual([n, await oldest("board")]);
  }
  expect(await oldest("board")).toMatch(/\.40\./);
});
