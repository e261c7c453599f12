import { expect, it, onTestFinished } from "vitest";
import { openHarness } from "./harness.test-kit.js";
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
