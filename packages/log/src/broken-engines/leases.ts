import { headOf } from "../conformance/helpers.js";
import type { LogSetup } from "../conformance.js";
import type { Lease, Log } from "../log.js";
import { openMemoryHarness } from "../memory-harness.js";
import { type BrokenEngine, broken } from "./broken.js";

/** A log that changes its leases on their way out and back in. */
function leasesChanged(log: Log, out: (lease: Lease) => Lease, back: (lease: Lease) => Lease): Partial<Log> {
  return {
    async append(topic, events, options) {
      const { lease } = options ?? {};
      const given = lease && "token" in lease ? { ...options, lease: back(lease) } : options;
      const answer = await log.append(topic, events, given as typeof options);
      if (!answer.ok || answer.duplicate || !answer.lease) return answer;
      return { ...answer, lease: out(answer.lease) };
    },
    async acquire(topic, request) {
      const lease = await log.acquire(topic, request);
      return lease && out(lease);
    },
    renew: (lease) => log.renew(back(lease)),
    release: (lease) => log.release(back(lease)),
  };
}

/** A log that gives every lease some fields of the topic's last lease. */
function takenForLast(log: Log, like: (lease: Lease, last: Lease) => Lease): Partial<Log> {
  const lasts = new Map<string, Lease>();
  return leasesChanged(
    log,
    (lease) => {
      lasts.set(lease.topic, lease);
      return lease;
    },
    (lease) => like(lease, lasts.get(lease.topic) ?? lease),
  );
}

/** Forgets topics without entries whenever time passes. */
const forgetsUnwritten: LogSetup = async (options) => {
  const harness = await openMemoryHarness(options);
  const leased = new Set<string>();
  return {
    ...harness,
    log: {
      ...harness.log,
      acquire(topic, request) {
        leased.add(topic);
        return harness.log.acquire(topic, request);
      },
    },
    async advance(ms) {
      await harness.advance(ms);
      for (const topic of leased) if ((await headOf(harness.log, topic)).offset === 0) await harness.log.free(topic);
    },
  };
};

export const brokenLeases: readonly BrokenEngine[] = [
  {
    name: "checks a lease's holder before it waits, and so gives it to several callers",
    setup: broken((log) => {
      const held = new Set<string>();
      return {
        async acquire(topic, { ttl, holder = "somebody" }) {
          if (held.has(topic)) return undefined;
          const { epoch } = await headOf(log, topic);
          held.add(topic);
          return { topic, epoch, token: 1, holder, ttl };
        },
      };
    }),
    caughtBy: ["gives a topic's lease to one of several simultaneous callers, and to no other caller while it is held"],
  },
  {
    name: "gives a held lease to every caller",
    setup: broken((log) => {
      const lasts = new Map<string, Lease>();
      return {
        async acquire(topic, request) {
          const lease = (await log.acquire(topic, request)) ?? lasts.get(topic);
          if (lease) lasts.set(topic, lease);
          return lease;
        },
      };
    }),
    caughtBy: [
      "gives a topic's lease to one of several simultaneous callers, and to no other caller while it is held",
      "gives a released lease to the next caller, and ignores the old one",
    ],
  },
  {
    name: "never lets a lease expire",
    setup: broken((log) => {
      const longer = (lease: Lease) => ({ ...lease, ttl: lease.ttl * 1_000 });
      const shorter = (lease: Lease) => ({ ...lease, ttl: lease.ttl / 1_000 });
      const changed = leasesChanged(log, shorter, longer);
      return {
        ...changed,
        acquire: async (topic, { ttl, holder }) => changed.acquire?.(topic, { ttl: ttl * 1_000, holder }),
        async append(topic, events, options) {
          const { lease } = options ?? {};
          const given =
            lease && !("token" in lease) ? { ...options, lease: { ...lease, ttl: lease.ttl * 1_000 } } : options;
          return (changed.append ?? log.append)(topic, events, given as typeof options);
        },
      };
    }),
    caughtBy: [
      "lets a lease expire, and gives the next one a larger token",
      "keeps a lease that any process renews in time",
      "refuses an append with an expired lease even if nobody has taken it since",
      "does not renew a lease for a duplicate",
    ],
  },
  {
    name: "renews nothing, but answers that it does",
    setup: broken(() => ({ renew: async () => true })),
    caughtBy: [
      "lets a lease expire, and gives the next one a larger token",
      "keeps a lease that any process renews in time",
      "ignores leases that are not the held one",
    ],
  },
  {
    name: "gives every holder the same token",
    setup: broken((log) => {
      const tokens = new Map<string, number>();
      return leasesChanged(
        log,
        (lease) => {
          tokens.set(lease.epoch, lease.token);
          return { ...lease, token: 1 };
        },
        (lease) => (lease.token === 1 ? { ...lease, token: tokens.get(lease.epoch) ?? 1 } : lease),
      );
    }),
    caughtBy: [
      "lets a lease expire, and gives the next one a larger token",
      "gives a released lease to the next caller, and ignores the old one",
      "refuses an append with a lease that is released, older or altered",
    ],
  },
  {
    name: "ignores a lease's holder",
    setup: broken((log) => takenForLast(log, (lease, { holder }) => ({ ...lease, holder }))),
    caughtBy: [
      "does not accept a lease that was lost in a failover instead of the next one",
      "ignores leases that are not the held one",
    ],
  },
  {
    name: "does not recognize a holder that asks again",
    setup: broken((log) => {
      const names = new Map<string, string | undefined>();
      const changed = leasesChanged(
        log,
        (lease) => ({ ...lease, holder: names.get(lease.holder) ?? lease.holder }),
        (lease) => ({
          ...lease,
          holder: [...names].findLast(([, name]) => name === lease.holder)?.[0] ?? lease.holder,
        }),
      );
      return {
        ...changed,
        async acquire(topic, { ttl, holder }) {
          const inner = `${Math.random()}`;
          const lease = await log.acquire(topic, { ttl, holder: inner });
          if (!lease) return undefined;
          names.set(inner, holder);
          return { ...lease, holder: holder ?? inner };
        },
      };
    }),
    caughtBy: ["renews the lease of a holder that asks for it again by name"],
  },
  {
    name: "gives all requests without a holder the same one",
    setup: broken((log) => ({
      acquire: (topic, request) => log.acquire(topic, { ttl: request.ttl, holder: request.holder ?? "somebody" }),
    })),
    caughtBy: [
      "gives each request without a holder a new one",
      "gives a topic's lease to one of several simultaneous callers, and to no other caller while it is held",
    ],
  },
  {
    name: "ignores a lease's token",
    setup: broken((log) => takenForLast(log, (lease, { token }) => ({ ...lease, token }))),
    caughtBy: [
      "ignores leases that are not the held one",
      "gives a released lease to the next caller, and ignores the old one",
      "refuses an append with a lease that is released, older or altered",
    ],
  },
  {
    name: "ignores a lease's epoch",
    setup: broken((log) => takenForLast(log, (lease, { epoch }) => ({ ...lease, epoch }))),
    caughtBy: [
      "ignores leases that are not the held one",
      "frees a topic's lease",
      "refuses an append with a lease that is released, older or altered",
    ],
  },
  {
    name: "releases the topic's lease for any holder",
    setup: broken((log) => {
      const { acquire, release } = takenForLast(log, (_, last) => last);
      return { acquire: acquire ?? log.acquire, release: release ?? log.release };
    }),
    caughtBy: [
      "gives a released lease to the next caller, and ignores the old one",
      "ignores leases that are not the held one",
    ],
  },
  {
    name: "forgets a topic without entries even if it has a lease",
    setup: forgetsUnwritten,
    caughtBy: ["keeps a topic's epoch as long as its lease even if the topic was never written to"],
  },
  {
    name: "keeps a topic as long as its lease",
    setup: broken((log) => ({
      append: (topic, events, options) =>
        log.append(topic, events, (options?.lease ? { ...options, ttl: 60_000 } : options) as typeof options),
    })),
    caughtBy: ["frees a topic whose ttl has passed, with its lease"],
  },
  {
    name: "accepts any ttl and any holder of a lease",
    setup: broken((log) => {
      const fix = (ttl: number) => Math.min(60_000, Math.max(1, Math.trunc(ttl || 1)));
      return {
        acquire: (topic, { ttl, holder }) => log.acquire(topic, { ttl: fix(ttl), holder: holder?.slice(0, 64) }),
        renew: (lease) => log.renew({ ...lease, ttl: fix(lease.ttl) }),
      };
    }),
    caughtBy: [
      "refuses a lease's ttl that is not a whole number of at least 1, and a holder's name that is empty or too long",
    ],
  },
];
