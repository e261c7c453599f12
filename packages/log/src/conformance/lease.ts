import { expect } from "vitest";
import type { Lease, Log } from "../log.js";
import { events, headOf, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

const ttl = 1_000;
const long = 60_000;

/** Takes a lease that must be free. */
export async function leaseOf(log: Log, name = topic, milliseconds = long, holder?: string): Promise<Lease> {
  return (await log.acquire(name, { ttl: milliseconds, holder })) ?? expect.fail(`somebody has the lease of ${name}`);
}

/** Altered copies of a lease. */
export function forged(lease: Lease): Lease[] {
  const { epoch, token, holder } = lease;
  return [
    { ...lease, token: token + 1 },
    { ...lease, token: token - 1 },
    { ...lease, epoch: `${epoch}x` },
    { ...lease, holder: `${holder}x` },
  ];
}

export const leaseCases: readonly LogCase[] = [
  {
    name: "gives a topic's lease to one of several simultaneous callers, and to no other caller while it is held",
    async run({ log, peer }) {
      const { epoch } = await headOf(log);
      const asking = Array.from({ length: 10 }, (_, i) => (i % 2 ? log : peer).acquire(topic, { ttl: long + i }));
      const given = (await Promise.all(asking)).flatMap((lease, i) => (lease ? [{ lease, ttl: long + i }] : []));
      expect(given).toEqual([
        {
          lease: { topic, epoch, token: expect.any(Number), holder: expect.any(String), ttl: given[0]?.ttl },
          ttl: given[0]?.ttl,
        },
      ]);
      for (const each of [log, peer]) expect(await each.acquire(topic, { ttl: 1 })).toBeUndefined();
    },
  },
  {
    name: "lets a lease expire, and gives the next one a larger token",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const first = await leaseOf(log, topic, ttl);
      await advance(1_500);
      expect(await log.renew(first)).toBe(false);
      const second = await leaseOf(peer, topic, ttl);
      expect(second.epoch).toBe(first.epoch);
      expect(second.token).toBeGreaterThan(first.token);
      expect([await log.renew(first), await log.acquire(topic, { ttl })]).toEqual([false, undefined]);
      expect(await peer.renew(second)).toBe(true);
    },
  },
  {
    name: "keeps a lease that any process renews in time",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const lease = await leaseOf(log, topic, ttl);
      await advance(700);
      expect(await peer.renew(JSON.parse(JSON.stringify(lease)))).toBe(true);
      await advance(700);
      expect(await peer.acquire(topic, { ttl })).toBeUndefined();
      expect(await log.renew(lease)).toBe(true);
      await advance(1_500);
      expect(await log.renew(lease)).toBe(false);
    },
  },
  {
    name: "gives a released lease to the next caller, and ignores the old one",
    async run({ log, peer }) {
      const first = await leaseOf(log, topic, long, "me");
      await peer.release(first);
      expect(await log.renew(first)).toBe(false);
      const second = await leaseOf(peer, topic, long, "me");
      expect(second.token).toBeGreaterThan(first.token);
      await log.release(first);
      expect([await log.acquire(topic, { ttl: long }), await log.renew(first), await peer.renew(second)]).toEqual([
        undefined,
        false,
        true,
      ]);
    },
  },
  {
    name: "ignores leases that are not the held one",
    async run({ log, peer }) {
      const lease = await leaseOf(log);
      const other = await leaseOf(log, "scores/other");
      for (const each of [...forged(lease), { ...other, topic }]) {
        expect(await peer.renew(each)).toBe(false);
        await peer.release(each);
      }
      expect([await log.renew(lease), await log.renew(other)]).toEqual([true, true]);
    },
  },
  {
    name: "keeps a topic's epoch as long as its lease even if the topic was never written to",
    options: { idle: 500 },
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const lease = await leaseOf(log);
      for (let i = 0; i < 3; i += 1) {
        await advance(1_200);
        // Uses other topics, so that the engine may consider this one idle.
        for (const n of [1, 2]) await peer.append("scores/other", run(n, n));
      }
      expect(await peer.acquire(topic, { ttl: long })).toBeUndefined();
      expect(await headOf(log)).toMatchObject({ epoch: lease.epoch, offset: 0 });
      expect((await log.append(topic, events("a"), { lease })).ok).toBe(true);
      expect(await headOf(peer)).toMatchObject({ epoch: lease.epoch, offset: 1 });
    },
  },
  {
    name: "frees a topic whose ttl has passed, with its lease",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const answer = await log.append(topic, events("a"), { ttl, lease: { ttl: long } });
      const lease = (answer.ok && !answer.duplicate && answer.lease) || expect.fail("no lease");
      await advance(700);
      expect(await log.renew(lease)).toBe(true);
      await advance(700);
      expect(await log.renew(lease)).toBe(false);
      expect(await retained(log)).toEqual([]);
      expect((await leaseOf(peer)).epoch).not.toBe(lease.epoch);
      expect(await log.renew(lease)).toBe(false);
    },
  },
  {
    name: "renews the lease of a holder that asks for it again by name",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const lease = await leaseOf(log, topic, ttl, "me");
      expect(lease.holder).toBe("me");
      await advance(700);
      expect(await peer.acquire(topic, { ttl, holder: "me" })).toEqual(lease);
      await advance(700);
      for (const holder of ["m", "you", undefined]) expect(await log.acquire(topic, { ttl, holder })).toBeUndefined();
      const longer = { ...lease, ttl: long };
      expect(await log.acquire(topic, { ttl: long, holder: "me" })).toEqual(longer);
      await advance(1_500);
      expect([await peer.renew(lease), await log.acquire(topic, { ttl, holder: "you" })]).toEqual([true, undefined]);
      await log.release(lease);
      const again = await leaseOf(log, topic, ttl, "me");
      expect(again.token).toBeGreaterThan(lease.token);
      expect((await leaseOf(log, "scores/other", ttl, "me")).epoch).not.toBe(lease.epoch);
    },
  },
  {
    name: "gives each request without a holder a new one",
    async run({ log }) {
      const holders = new Set<string>();
      for (const _ of run(1, 3)) {
        const lease = await leaseOf(log);
        holders.add(lease.holder);
        await log.release(lease);
      }
      expect(holders.size).toBe(3);
    },
  },
  {
    name: "does not accept a lease that was lost in a failover instead of the next one",
    needs: ["failover"],
    async run({ log, peer, failover }) {
      await log.append(topic, events("a"));
      const first = await leaseOf(log);
      await log.append(topic, events("b"), { lease: first });
      await failover(topic, 1);
      const second = await peer.acquire(topic, { ttl: long });
      // A store may have kept the first lease.
      expect(await log.renew(first)).toBe(second === undefined);
      expect((await log.append(topic, events("c"), { lease: first })).ok).toBe(second === undefined);
    },
  },
  {
    name: "refuses a lease's ttl that is not a whole number of at least 1, and a holder's name that is empty or too long",
    async run({ log }) {
      const lease = await leaseOf(log, "scores/other");
      for (const bad of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(log.acquire(topic, { ttl: bad })).rejects.toThrow(RangeError);
        await expect(log.renew({ ...lease, ttl: bad })).rejects.toThrow(RangeError);
        await expect(log.append(topic, events("a"), { lease: { ttl: bad } })).rejects.toThrow(RangeError);
      }
      for (const holder of ["", "x".repeat(65)]) {
        await expect(log.acquire(topic, { ttl, holder })).rejects.toThrow(RangeError);
        await expect(log.append(topic, events("a"), { lease: { ttl, holder } })).rejects.toThrow(RangeError);
      }
      expect(await retained(log)).toEqual([]);
      await leaseOf(log, topic, 1, "é".repeat(64));
    },
  },
];
