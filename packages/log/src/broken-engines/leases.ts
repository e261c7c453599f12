import { headOf } from "../conformance/helpers.js";
import type { LogSetup } from "../conformance.js";
import type { Lease, Log } from "../log.js";
import { openMemoryHarness } from "../memory-harness.js";
import { type BrokenEngine, broken } from "./broken.js";

/** A log whose leases are changed on their way out and back in. */
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

/** A log that takes every lease of a topic for the last one that was given, as far as `like` says. */
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

/** What nobody has written to is forgotten as soon as time passes. */
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
    name: "looks who has a lease before it waits, and so gives it to several",
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
    caughtBy: [
      "gives a topic's lease to one of those who ask for it at once, and then to nobody who doesn't say that he holds it",
    ],
  },
  {
    name: "gives a lease to whoever asks",
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
      "gives a topic's lease to one of those who ask for it at once, and then to nobody who doesn't say that he holds it",
      "gives a lease that was released to whoever asks next, and hears no more of the one who had it",
    ],
  },
  {
    name: "never lets a lease run out",
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
      "lets a lease run out, and gives the next holder a token that has grown",
      "keeps a lease that is renewed in time, by whoever has it",
      "lets nobody append with a lease that ran out, though nobody has taken it since",
      "renews no lease by a duplicate",
    ],
  },
  {
    name: "renews nothing, and says it does",
    setup: broken(() => ({ renew: async () => true })),
    caughtBy: [
      "lets a lease run out, and gives the next holder a token that has grown",
      "keeps a lease that is renewed in time, by whoever has it",
      "takes no other lease for the one that is held",
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
      "lets a lease run out, and gives the next holder a token that has grown",
      "gives a lease that was released to whoever asks next, and hears no more of the one who had it",
      "lets nobody append with a lease that is not held: of an older holder, given back, or none",
    ],
  },
  {
    name: "doesn't look at a lease's holder",
    setup: broken((log) => takenForLast(log, (lease, { holder }) => ({ ...lease, holder }))),
    caughtBy: [
      "takes no lease for one that was lost in a failover, though it may have its token",
      "takes no other lease for the one that is held",
    ],
  },
  {
    name: "knows nobody who asks again",
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
    caughtBy: ["knows a holder that asks again by its name: it renews what it has"],
  },
  {
    name: "takes all who give no name for one",
    setup: broken((log) => ({
      acquire: (topic, request) => log.acquire(topic, { ttl: request.ttl, holder: request.holder ?? "somebody" }),
    })),
    caughtBy: [
      "takes each request without a holder for another's",
      "gives a topic's lease to one of those who ask for it at once, and then to nobody who doesn't say that he holds it",
    ],
  },
  {
    name: "doesn't look at a lease's token",
    setup: broken((log) => takenForLast(log, (lease, { token }) => ({ ...lease, token }))),
    caughtBy: [
      "takes no other lease for the one that is held",
      "gives a lease that was released to whoever asks next, and hears no more of the one who had it",
      "lets nobody append with a lease that is not held: of an older holder, given back, or none",
    ],
  },
  {
    name: "doesn't look at a lease's epoch",
    setup: broken((log) => takenForLast(log, (lease, { epoch }) => ({ ...lease, epoch }))),
    caughtBy: [
      "takes no other lease for the one that is held",
      "frees a topic's lease",
      "lets nobody append with a lease that is not held: of an older holder, given back, or none",
    ],
  },
  {
    name: "releases whoever's lease it is",
    setup: broken((log) => {
      const { acquire, release } = takenForLast(log, (_, last) => last);
      return { acquire: acquire ?? log.acquire, release: release ?? log.release };
    }),
    caughtBy: [
      "gives a lease that was released to whoever asks next, and hears no more of the one who had it",
      "takes no other lease for the one that is held",
    ],
  },
  {
    name: "forgets a topic that has nothing but a lease",
    setup: forgetsUnwritten,
    caughtBy: ["keeps the epoch of a topic that has nothing but a lease, and both for as long as the lease lasts"],
  },
  {
    name: "keeps a topic for its lease",
    setup: broken((log) => ({
      append: (topic, events, options) =>
        log.append(topic, events, (options?.lease ? { ...options, ttl: 60_000 } : options) as typeof options),
    })),
    caughtBy: ["keeps no topic for its lease whose ttl is over"],
  },
  {
    name: "takes any ttl and any holder of a lease",
    setup: broken((log) => {
      const fix = (ttl: number) => Math.min(60_000, Math.max(1, Math.trunc(ttl || 1)));
      return {
        acquire: (topic, { ttl, holder }) => log.acquire(topic, { ttl: fix(ttl), holder: holder?.slice(0, 64) }),
        renew: (lease) => log.renew({ ...lease, ttl: fix(lease.ttl) }),
      };
    }),
    caughtBy: [
      "refuses a lease's ttl that is not a whole number of at least 1, and a holder without a name, or with a long one",
    ],
  },
];
