import { describe, expect, it, onTestFinished, vi } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { Crowd } from "./crowd.ts";
import { Fleet } from "./fleet.ts";
import type { ServerOptions } from "./fleet-server.ts";
import { stores } from "./stores.ts";

const isLong = process.env["SLUICE_LONG_FAULTS"] === "1";
const [plain, multiplexed] = [80, 20];
const { restarts, between, rest, retry } = isLong
  ? { restarts: 30, between: 450, rest: 0, retry: 1_000 }
  : { restarts: 3, between: 15, rest: 150, retry: 200 };

vi.setConfig({ testTimeout: isLong ? 1_800_000 : 90_000 });

describe.each(stores)("three servers on $name, behind a balancer", ({ missing, start }) => {
  describeWith(missing, "that are replaced one after the other", () => {
    it(`lose, double and reorder nothing of what is published meanwhile (${restarts} times)`, async () => {
      const { store, stop } = await start();
      onTestFinished(stop);
      const optionsOf = (number: number): ServerOptions => ({ store, retry, listensOn: isLong && number === 2 });
      const fleet = await Fleet.start([0, 1, 2].map(optionsOf));
      onTestFinished(() => fleet.stop());
      const crowd = new Crowd(fleet.url);
      onTestFinished(() => crowd.close());
      for (let i = 0; i < plain; i += 1) crowd.joinPlain();
      for (let i = 0; i < multiplexed; i += 1) crowd.joinMultiplexed();
      await crowd.live();
      const fromStart = crowd.members.length;
      crowd.publish(rest);
      for (let round = 0; round < restarts; round += 1) {
        await crowd.more(between);
        // Every third is killed in the middle of whatever it does.
        const [number, how] = [round % 3, round % 3 === 1 ? "SIGKILL" : "SIGTERM"] as const;
        await fleet.restart(number, how, optionsOf(number));
        crowd.joinPlain();
      }
      await crowd.more(between);
      await crowd.stopPublishing();
      await crowd.expectAll(fromStart);
      expect(fleet.problems).toEqual([]);
      expect(crowd.members.some(({ cuts }) => cuts > 0)).toBe(true);
      expect(fleet.balancer.connections).toBeGreaterThan(1.5 * (plain + multiplexed)); // all servers were replaced
      if (!isLong) return;
      expect(crowd.deliveries).toBeGreaterThan(1_000_000);
      console.log(`${restarts} restarts, ${crowd.acknowledged} posts, ${crowd.deliveries} deliveries`);
    });
  });
});
