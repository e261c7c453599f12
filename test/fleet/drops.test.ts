import { expect, it, onTestFinished, vi } from "vitest";
import { Crowd } from "./crowd.ts";
import { Fleet } from "./fleet.ts";
import { stores } from "./stores.ts";

const isLong = process.env["SLUICE_LONG_FAULTS"] === "1";
/** In milliseconds. The short form is scaled, the clients' delays included. */
const { drops, ms, retry } = isLong ? { drops: 60, ms: 2_000, retry: 1_000 } : { drops: 6, ms: 200, retry: 100 };
const [plain, multiplexed] = [10, 10];

vi.setConfig({ testTimeout: isLong ? 1_800_000 : 90_000 });

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

it(`delivers everything, once and in order, over a network that is away for ${ms} ms again and again`, async () => {
  const { store, stop } = await (stores.find(({ name }) => name.includes("SQLite")) as (typeof stores)[number]).start();
  onTestFinished(stop);
  const fleet = await Fleet.start([
    { store, retry },
    { store, retry },
  ]);
  onTestFinished(() => fleet.stop());
  const crowd = new Crowd(fleet.url);
  onTestFinished(() => crowd.close());
  for (let i = 0; i < plain; i += 1) crowd.joinPlain();
  for (let i = 0; i < multiplexed; i += 1) crowd.joinMultiplexed();
  await crowd.live();
  const fromStart = crowd.members.length;
  crowd.publish(10);
  for (let drop = 0; drop < drops; drop += 1) {
    await crowd.more(10);
    await pause(Math.random() * ms);
    fleet.balancer.goAway(drop % 2 === 0 ? "reset" : "silence");
    await pause(ms);
    fleet.balancer.comeBack();
  }
  await crowd.stopPublishing();
  await crowd.expectAll(fromStart);
  expect(fleet.problems).toEqual([]);
  for (const { name, cuts } of crowd.members) expect([name, cuts > 0]).toEqual([name, true]);
  if (isLong) console.log(`${drops} drops, ${crowd.acknowledged} posts, ${crowd.deliveries} deliveries`);
});
