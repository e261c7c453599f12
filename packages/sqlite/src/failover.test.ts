import { expect, it, onTestFinished } from "vitest";
import { driver } from "./drivers.test-kit.js";
import { openHarness, tinyJournal } from "./harness.test-kit.js";
import { journalLimits } from "./journal/limits.js";
import { numbered } from "./opened.test-kit.js";

it("what a topic is said to be is lost with the entry that it came with, whichever process said it", async () => {
  const { log, peer, failover, close } = await openHarness({});
  onTestFinished(() => close?.());
  if (!peer || !failover) expect.fail("the harness lacks a part");
  await peer.append("a", numbered(2), { record: "first" });
  await peer.append("a", numbered(1), { record: "second" });
  const said = async () => (await log.open("a", { from: "oldest", limit: 9 })).page;
  expect(await said()).toMatchObject({ record: "second" });
  await failover("a", 1);
  expect(await said()).toMatchObject({ record: "first", entries: [{}, {}] });
});

it.each([
  ["in the journal", journalLimits],
  ["in both", tinyJournal],
  ["in their table", { ...journalLimits, topicEntries: 0 }],
])("keys %s are lost with the entries that they came with, and others take their places", async (_, limits) => {
  const { log, peer, failover, close } = await openHarness({ dedupe: { keys: 20 } }, driver, limits);
  onTestFinished(() => close?.());
  if (!peer || !failover) expect.fail("the harness lacks a part");
  const append = (n: number, key: string) =>
    (n % 2 ? log : peer).append("a", numbered(1), { idempotencyKey: key }).then(({ duplicate }) => duplicate);
  for (let n = 1; n <= 9; n += 1) await append(n, `${n}`);
  await Promise.all(["10", "11", "12"].map((key) => append(1, key)));
  for (const round of ["x", "y", "z"]) {
    await failover("a", 2);
    for (let n = 1; n <= 10; n += 1) expect(await append(n, `${n}`)).toBe(true);
    for (const n of [11, 12]) expect(await append(n, round === "x" ? `${n}` : round + n)).toBe(false);
    for (const n of [11, 12]) expect(await append(n, round === "x" ? `${n}` : round + n)).toBe(true);
  }
});

it.each([
  ["in the journal", journalLimits],
  ["in their table", { ...journalLimits, topicEntries: 0 }],
])("no more entries %s are lost than there are", async (_, limits) => {
  const { log, peer, failover, close } = await openHarness({}, driver, limits);
  onTestFinished(() => close?.());
  if (!peer || !failover) expect.fail("the harness lacks a part");
  const { cursor } = await peer.append("a", numbered(3));
  await peer.append("a", numbered(1));
  await peer.trim("a", cursor);
  await peer.append("a", numbered(1));
  await failover("a", 4);
  const { page } = await log.open("a", { from: "oldest", limit: 9 });
  expect(page).toMatchObject({ ok: true, entries: [], head: cursor });
  await log.append("a", numbered(1));
  expect((await log.open("a", { from: "oldest", limit: 9 })).page.head.offset).toBe(4);
});
