import { headOf, read } from "../conformance/helpers.js";
import type { AppendOptions, Lease, Log } from "../log.js";
import { type BrokenEngine, broken } from "./broken.js";

const leased = { ok: false, reason: "leased" } as const;

/** The options, without what a lease asks for. */
const unleased = <O extends AppendOptions>(options: O | undefined) => ({ ...options, lease: undefined }) as O;

/** The lease that an append says it holds. */
const heldBy = (options: AppendOptions | undefined): Lease | undefined =>
  options?.lease && "token" in options.lease ? options.lease : undefined;

/** A log that knows which lease of a topic was given last. */
function knowingLeases(log: Log, change: (lasts: ReadonlyMap<string, Lease>) => Pick<Log, "append">): Partial<Log> {
  const lasts = new Map<string, Lease>();
  const { append } = change(lasts);
  return {
    async append(topic, events, options) {
      const answer = await append(topic, events, options);
      if (answer.ok && !answer.duplicate && answer.lease) lasts.set(topic, answer.lease);
      return answer;
    },
    async acquire(topic, request) {
      const lease = await log.acquire(topic, request);
      if (lease) lasts.set(topic, lease);
      return lease;
    },
  };
}

export const brokenAppendLeases: readonly BrokenEngine[] = [
  {
    name: "appends whoever has the lease",
    setup: broken((log) => ({
      append: (topic, events, options) => log.append(topic, events, unleased(options)),
    })),
    caughtBy: [
      "takes a lease together with an append, if nobody holds it",
      "lets one of many through that take a topic's lease with an append",
      "appends with a lease that is held, and so renews it",
      "lets nobody append with a lease that is not held: of an older holder, given back, or none",
      "changes nothing of a topic by an append that its lease keeps out",
    ],
  },
  {
    name: "looks for the lease before it waits, and so lets races through",
    setup: broken((log) => {
      const taken = new Set<string>();
      return {
        async append(topic, events, options) {
          if (!options?.lease || heldBy(options) || taken.has(topic)) return log.append(topic, events, options);
          const answer = await log.append(topic, events, unleased(options));
          taken.add(topic);
          return answer.ok ? { ...answer, lease: await log.acquire(topic, options.lease) } : answer;
        },
      };
    }),
    caughtBy: ["lets one of many through that take a topic's lease with an append"],
  },
  {
    name: "renews a lease by an append for a moment",
    setup: broken((log) => ({
      append(topic, events, options) {
        const lease = heldBy(options);
        return log.append(
          topic,
          events,
          (lease ? { ...options, lease: { ...lease, ttl: 1 } } : options) as typeof options,
        );
      },
    })),
    caughtBy: ["appends with a lease that is held, and so renews it"],
  },
  {
    name: "lets those who hold no lease look and append",
    setup: broken((log) =>
      knowingLeases(log, (lasts) => ({
        async append(topic, events, options) {
          const answer = await log.append(topic, events, options);
          if (answer.ok || answer.reason !== "leased" || options?.lease) return answer;
          return log.append(topic, events, { ...options, lease: lasts.get(topic) } as typeof options);
        },
      })),
    ),
    caughtBy: ["leaves it to a lease's holder to look and then to append; what was not looked for goes through"],
  },
  {
    name: "lets nobody append but a lease's holder",
    setup: broken((log) =>
      knowingLeases(log, (lasts) => ({
        async append(topic, events, options) {
          const last = lasts.get(topic);
          if (last && !options?.lease && (await log.renew(last))) return leased as never;
          return log.append(topic, events, options);
        },
      })),
    ),
    caughtBy: ["leaves it to a lease's holder to look and then to append; what was not looked for goes through"],
  },
  {
    name: "appends with a lease that ran out, as long as nobody else has it",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        const lease = heldBy(options);
        if (answer.ok || answer.reason !== "leased" || !lease) return answer;
        return log.append(topic, events, { ...options, lease: { ttl: lease.ttl } } as typeof options);
      },
    })),
    caughtBy: [
      "lets nobody append with a lease that ran out, though nobody has taken it since",
      "lets nobody append with a lease that is not held: of an older holder, given back, or none",
    ],
  },
  {
    name: "looks for the lease before it looks for the key",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const lease = heldBy(options);
        if (lease && !(await log.renew(lease))) return leased as never;
        return log.append(topic, events, options);
      },
    })),
    caughtBy: ["looks for an append's key before it looks for its lease"],
  },
  {
    name: "takes and renews leases by duplicates, too",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (!answer.ok || !answer.duplicate || !options?.lease) return answer;
        const lease = heldBy(options);
        if (lease) await log.renew(lease);
        else await log.acquire(topic, options.lease);
        return answer;
      },
    })),
    caughtBy: ["looks for an append's key before it looks for its lease", "renews no lease by a duplicate"],
  },
  {
    name: "tells nobody of a lease by a duplicate",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        return answer.ok && answer.duplicate ? { ...answer, lease: undefined } : answer;
      },
    })),
    caughtBy: ["tells a holder that retries an append of the lease that it has, and nobody else"],
  },
  {
    name: "tells everybody of the topic's lease by a duplicate",
    setup: broken((log) =>
      knowingLeases(log, (lasts) => ({
        async append(topic, events, options) {
          const answer = await log.append(topic, events, options);
          return answer.ok && answer.duplicate ? { ...answer, lease: lasts.get(topic) } : answer;
        },
      })),
    ),
    caughtBy: [
      "tells a holder that retries an append of the lease that it has, and nobody else",
      "looks for an append's key before it looks for its lease",
    ],
  },
  {
    name: "asks for no name where a lease is taken with an append",
    setup: broken((log) => ({
      append(topic, events, options) {
        const { lease } = options ?? {};
        const given = lease && !("token" in lease) ? { ...options, lease: { ttl: lease.ttl } } : options;
        return log.append(topic, events, given as typeof options);
      },
    })),
    caughtBy: [
      "appends for a holder that asks for what it has, and so renews its lease",
      "tells a holder that retries an append of the lease that it has, and nobody else",
    ],
  },
  {
    name: "takes and renews a lease before it finds that the topic has moved",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (answer.ok || answer.reason !== "moved" || !options?.lease) return answer;
        const lease = heldBy(options);
        if (lease) await log.renew(lease);
        else await log.acquire(topic, options.lease);
        return answer;
      },
    })),
    caughtBy: [
      "looks at the lease before it looks where the topic ends, and takes none if it has moved",
      "renews no lease by an append that finds the topic moved",
    ],
  },
  {
    name: "looks where the topic ends before it looks at the lease",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const { after } = options ?? {};
        const isThere = !after || after.offset === (await headOf(log, topic)).offset;
        if (isThere) return log.append(topic, events, options);
        return { ok: false, reason: "moved", since: await read(log, topic, after, 512) } as never;
      },
    })),
    caughtBy: [
      "looks at the lease before it looks where the topic ends, and takes none if it has moved",
      "leaves it to a lease's holder to look and then to append; what was not looked for goes through",
    ],
  },
  {
    name: "takes note of an append's record and key before it looks at the lease",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (!answer.ok && options?.idempotencyKey) await log.append(topic, events, unleased(options));
        return answer;
      },
    })),
    caughtBy: ["changes nothing of a topic by an append that its lease keeps out"],
  },
];
