import { expect } from "vitest";
import type { AppendOptions, Lease, Log } from "../log.js";
import { dataOf, events, headOf, pageOf, retained, topic } from "./helpers.js";
import { forged, leaseOf } from "./lease.js";
import type { LogCase } from "./log-case.js";

const ttl = 1_000;
const long = 60_000;
const idempotencyKey = "k";

/** Takes the lease with an append, which must succeed. */
async function takeWith(log: Log, options: AppendOptions, milliseconds = long): Promise<Lease> {
  const answer = await log.append(topic, events("taken"), { ...options, lease: { ttl: milliseconds } });
  if (!answer.ok || answer.duplicate) expect.fail(`not appended: ${JSON.stringify(answer)}`);
  return answer.lease ?? expect.fail("appended without the lease");
}

/** An append that must be refused, and change nothing. */
async function expectLeased(log: Log, options: AppendOptions): Promise<void> {
  const before = await headOf(log);
  expect(await log.append(topic, events("x"), options)).toEqual({ ok: false, reason: "leased" });
  expect(await headOf(log)).toEqual(before);
}

const isFree = async (log: Log) => (await log.acquire(topic, { ttl: long })) !== undefined;

export const appendLeaseCases: readonly LogCase[] = [
  {
    name: "takes a lease together with an append, if nobody holds it",
    async run({ log, peer }) {
      const { epoch } = await headOf(log);
      const lease = await takeWith(log, { idempotencyKey, record: "r" });
      expect(lease).toEqual({ topic, epoch, token: expect.any(Number), holder: expect.any(String), ttl: long });
      expect(await isFree(peer)).toBe(false);
      await expectLeased(peer, { lease: { ttl: long } });
      expect(await log.renew(lease)).toBe(true);
      await log.release(lease);
      expect((await takeWith(peer, { after: await headOf(peer) })).token).toBeGreaterThan(lease.token);
    },
  },
  {
    name: "lets only one of many simultaneous appends take a topic's lease",
    async run({ log, peer }) {
      const writers = Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? log : peer).append(topic, events(`${i}`), { lease: { ttl: long } }),
      );
      const answers = await Promise.all(writers);
      expect(answers.map(({ ok }) => ok).filter(Boolean).length).toBe(1);
      expect((await headOf(log)).offset).toBe(1);
    },
  },
  {
    name: "appends with a held lease, and renews it",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const lease = await leaseOf(log, topic, ttl);
      await advance(700);
      expect(await log.append(topic, events("a", "b"), { lease })).toMatchObject({ ok: true, duplicate: false, lease });
      await advance(700);
      expect(await isFree(peer)).toBe(false);
      const after = await headOf(log);
      expect(await peer.append(topic, events("c"), { lease, after })).toMatchObject({ ok: true, before: after, lease });
      await advance(1_500);
      expect(await isFree(peer)).toBe(true);
    },
  },
  {
    name: "refuses an append with a lease that is released, older or altered",
    async run({ log, peer }) {
      const first = await leaseOf(log, topic, long, "me");
      const other = await leaseOf(log, "scores/other");
      for (const lease of [...forged(first), other, { ...other, topic }]) await expectLeased(peer, { lease });
      await log.release(first);
      await expectLeased(log, { lease: first });
      const second = await leaseOf(peer, topic, long, "me");
      await expectLeased(log, { lease: first });
      expect((await peer.append(topic, events("a"), { lease: second })).ok).toBe(true);
    },
  },
  {
    name: "refuses an append with an expired lease even if nobody has taken it since",
    needs: ["advance"],
    async run({ log, advance }) {
      const lease = await takeWith(log, {}, ttl);
      await advance(1_500);
      await expectLeased(log, { lease });
      await expectLeased(log, { lease, after: await headOf(log) });
      expect(await isFree(log)).toBe(true);
    },
  },
  {
    name: "refuses only appends after a cursor while another holder has the lease",
    async run({ log, peer }) {
      const start = await headOf(log);
      const lease = await takeWith(log, {});
      const after = await headOf(log);
      for (const each of [after, start]) await expectLeased(peer, { after: each });
      expect(await peer.append(topic, events("a"), { idempotencyKey })).toMatchObject({ ok: true, duplicate: false });
      const end = await headOf(peer);
      expect(await log.append(topic, events("b"), { lease, after: end })).toMatchObject({ ok: true, before: end });
      await log.release(lease);
      expect((await peer.append(topic, events("c"), { after: await headOf(peer) })).ok).toBe(true);
      expect(dataOf(await retained(log))).toEqual(['"taken"', '"a"', '"b"', '"c"']);
    },
  },
  {
    name: "obeys what an append says of its topic, with a lease or without, also if an earlier one said the same",
    async run({ log, peer }) {
      const said = async () => {
        const { record } = (await log.open(topic, { from: "oldest", limit: 9 })).page;
        return [record, (await retained(peer)).length];
      };
      const few: AppendOptions = { record: "few", retain: { events: 2 } };
      const many: AppendOptions = { record: "many", retain: { events: 9 } };
      await log.append(topic, events("1", "2", "3"), few);
      expect(await said()).toEqual(["few", 2]);
      const lease = await takeWith(log, many);
      expect(await said()).toEqual(["many", 3]);
      await log.append(topic, events("4", "5", "6"), few);
      expect(await said()).toEqual(["few", 2]);
      await Promise.all([
        log.append(topic, events("7"), { ...many, lease }),
        log.append(topic, events("8", "9", "10"), few),
      ]);
      expect(await said()).toEqual(["few", 2]);
    },
  },
  {
    name: "checks an append's key before its lease",
    async run({ log, peer }) {
      const after = await headOf(log);
      const lease = await takeWith(log, { idempotencyKey });
      await log.release(lease);
      const duplicate = { ok: true, duplicate: true, cursor: await headOf(log) };
      expect(await log.append(topic, events("taken"), { idempotencyKey, lease })).toEqual(duplicate);
      expect(await log.append(topic, events("taken"), { idempotencyKey, lease: { ttl: long } })).toEqual(duplicate);
      expect(await isFree(peer)).toBe(true);
      for (const held of [lease, { ttl: long }, undefined]) {
        expect(await log.append(topic, events("taken"), { idempotencyKey, after, lease: held })).toEqual(duplicate);
      }
    },
  },
  {
    name: "answers a retry with its own holder's lease, and with no other",
    async run({ log, peer }) {
      const options = { idempotencyKey, lease: { ttl: long, holder: "me" } };
      const first = await log.append(topic, events("a"), options);
      const lease = (first.ok && first.lease) || expect.fail("appended without the lease");
      expect(lease.holder).toBe("me");
      const duplicate = { ok: true, duplicate: true, cursor: await headOf(log) };
      expect(await peer.append(topic, events("a"), options)).toEqual({ ...duplicate, lease });
      expect(await peer.append(topic, events("a"), { idempotencyKey, lease })).toEqual({ ...duplicate, lease });
      for (const other of [{ ttl: long, holder: "you" }, { ttl: long }, ...forged(lease), undefined]) {
        expect(await log.append(topic, events("a"), { idempotencyKey, lease: other })).toEqual(duplicate);
      }
      await log.release(lease);
      for (const own of [lease, options.lease]) {
        expect(await log.append(topic, events("a"), { idempotencyKey, lease: own })).toEqual(duplicate);
      }
    },
  },
  {
    name: "appends for a holder by name, and renews its lease",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const lease = { ttl, holder: "me" };
      const held = await leaseOf(log, topic, ttl, "me");
      await advance(700);
      const after = await headOf(log);
      expect(await peer.append(topic, events("a"), { lease, after })).toMatchObject({ ok: true, lease: held });
      await expectLeased(peer, { lease: { ttl, holder: "you" } });
      await advance(700);
      expect(await isFree(peer)).toBe(false);
      expect((await log.append(topic, events("b"), { lease: held })).ok).toBe(true);
    },
  },
  {
    name: "does not renew a lease for a duplicate",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const lease = await takeWith(log, { idempotencyKey }, ttl);
      await advance(700);
      for (const own of [lease, { ttl: long, holder: lease.holder }]) {
        expect(await log.append(topic, events("taken"), { idempotencyKey, lease: own })).toMatchObject({
          duplicate: true,
        });
      }
      await advance(700);
      expect(await isFree(peer)).toBe(true);
    },
  },
  {
    name: "checks the lease before the cursor, and takes no lease if the topic has moved",
    async run({ log, peer }) {
      const after = await headOf(log);
      const { cursor: head } = await log.append(topic, events("a"));
      const moved = { ok: false, reason: "moved", since: { ok: true, head } };
      expect(await log.append(topic, events("x"), { after, lease: { ttl: long } })).toMatchObject(moved);
      const lease = await leaseOf(peer);
      await expectLeased(log, { after, lease: { ttl: long } });
      for (const each of forged(lease)) await expectLeased(log, { after, lease: each });
      expect(await peer.append(topic, events("x"), { after, lease })).toMatchObject(moved);
      expect(dataOf(await retained(log))).toEqual(['"a"']);
    },
  },
  {
    name: "does not renew a lease if an append finds the topic moved",
    needs: ["advance"],
    async run({ log, peer, advance }) {
      const after = await headOf(log);
      const lease = await takeWith(log, {}, ttl);
      await advance(700);
      expect(await log.append(topic, events("x"), { after, lease })).toMatchObject({ reason: "moved" });
      await advance(700);
      expect(await isFree(peer)).toBe(true);
    },
  },
  {
    name: "does not change a topic if an append is refused for its lease",
    async run({ log, peer }) {
      await log.append(topic, events("a"), { record: "first" });
      await leaseOf(log);
      await expectLeased(peer, { idempotencyKey, record: "second", stateful: true, ttl: 1, lease: { ttl: 1 } });
      expect(await log.findAppend(topic, idempotencyKey)).toBeUndefined();
      const page = await pageOf(log, topic, "oldest");
      expect([page.record, dataOf(page.entries)]).toEqual(["first", ['"a"']]);
      expect(await isFree(peer)).toBe(false);
      // A stateful topic would keep entries that no snapshot covers.
      await log.trim(topic, page.head);
      expect(await retained(log)).toEqual([]);
      expect((await log.append(topic, events("x"), { idempotencyKey })).duplicate).toBe(false);
    },
  },
];
