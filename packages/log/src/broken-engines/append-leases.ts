import { headOf, read } from "../conformance/helpers.js";
import type { AppendOptions, Lease, Log } from "../log.js";
import { type BrokenEngine, broken } from "./broken.js";

const leased = { ok: false, reason: "leased" } as const;

/** The options without the lease. */
const unleased = <O extends AppendOptions>(options: O | undefined) => ({ ...options, lease: undefined }) as O;

/** The lease that an append claims to hold. */
const heldBy = (options: AppendOptions | undefined): Lease | undefined =>
  options?.lease && "token" in options.lease ? options.lease : undefined;

/** A log that knows each topic's last lease. */
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
    name: "appends without checking the lease",
    setup: broken((log) => ({
      append: (topic, events, options) => log.append(topic, events, unleased(options)),
    })),
    caughtBy: [
      "takes a lease together with an append, if nobody holds it",
      "lets only one of many simultaneous appends take a topic's lease",
      "appends with a held lease, and renews it",
      "refuses an append with a lease that is released, older or altered",
      "does not change a topic if an append is refused for its lease",
    ],
  },
  {
    name: "takes for said what an append without a lease said last, whatever one with a lease said since",
    setup: broken((log) => {
      const said = new Map<string, string>();
      return {
        append(topic, events, options) {
          const { record, retain, ...rest }: AppendOptions = options ?? {};
          const text = JSON.stringify([record, retain]);
          if (!rest.lease && text === said.get(topic)) return log.append(topic, events, rest as typeof options);
          if (!rest.lease) said.set(topic, text);
          return log.append(topic, events, options);
        },
      };
    }),
    caughtBy: ["obeys what an append says of its topic, with a lease or without, also if an earlier one said the same"],
  },
  {
    name: "checks the lease before it waits, and so allows races",
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
    caughtBy: ["lets only one of many simultaneous appends take a topic's lease"],
  },
  {
    name: "renews a lease by an append for 1 ms",
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
    caughtBy: ["appends with a held lease, and renews it"],
  },
  {
    name: "appends after a cursor for a caller without the lease",
    setup: broken((log) =>
      knowingLeases(log, (lasts) => ({
        async append(topic, events, options) {
          const answer = await log.append(topic, events, options);
          if (answer.ok || answer.reason !== "leased" || options?.lease) return answer;
          return log.append(topic, events, { ...options, lease: lasts.get(topic) } as typeof options);
        },
      })),
    ),
    caughtBy: ["refuses only appends after a cursor while another holder has the lease"],
  },
  {
    name: "refuses all appends except the holder's",
    setup: broken((log) =>
      knowingLeases(log, (lasts) => ({
        async append(topic, events, options) {
          const last = lasts.get(topic);
          if (last && !options?.lease && (await log.renew(last))) return leased as never;
          return log.append(topic, events, options);
        },
      })),
    ),
    caughtBy: ["refuses only appends after a cursor while another holder has the lease"],
  },
  {
    name: "appends with an expired lease if nobody else holds it",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        const lease = heldBy(options);
        if (answer.ok || answer.reason !== "leased" || !lease) return answer;
        return log.append(topic, events, { ...options, lease: { ttl: lease.ttl } } as typeof options);
      },
    })),
    caughtBy: [
      "refuses an append with an expired lease even if nobody has taken it since",
      "refuses an append with a lease that is released, older or altered",
    ],
  },
  {
    name: "checks the lease before the key",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const lease = heldBy(options);
        if (lease && !(await log.renew(lease))) return leased as never;
        return log.append(topic, events, options);
      },
    })),
    caughtBy: ["checks an append's key before its lease"],
  },
  {
    name: "takes and renews leases for duplicates",
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
    caughtBy: ["checks an append's key before its lease", "does not renew a lease for a duplicate"],
  },
  {
    name: "answers a duplicate without a lease",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        return answer.ok && answer.duplicate ? { ...answer, lease: undefined } : answer;
      },
    })),
    caughtBy: ["answers a retry with its own holder's lease, and with no other"],
  },
  {
    name: "answers every duplicate with the topic's lease",
    setup: broken((log) =>
      knowingLeases(log, (lasts) => ({
        async append(topic, events, options) {
          const answer = await log.append(topic, events, options);
          return answer.ok && answer.duplicate ? { ...answer, lease: lasts.get(topic) } : answer;
        },
      })),
    ),
    caughtBy: [
      "answers a retry with its own holder's lease, and with no other",
      "checks an append's key before its lease",
    ],
  },
  {
    name: "ignores the holder where a lease is taken with an append",
    setup: broken((log) => ({
      append(topic, events, options) {
        const { lease } = options ?? {};
        const given = lease && !("token" in lease) ? { ...options, lease: { ttl: lease.ttl } } : options;
        return log.append(topic, events, given as typeof options);
      },
    })),
    caughtBy: [
      "appends for a holder by name, and renews its lease",
      "answers a retry with its own holder's lease, and with no other",
    ],
  },
  {
    name: "takes and renews a lease before it checks whether the topic has moved",
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
      "checks the lease before the cursor, and takes no lease if the topic has moved",
      "does not renew a lease if an append finds the topic moved",
    ],
  },
  {
    name: "checks the cursor before the lease",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const { after } = options ?? {};
        const isThere = !after || after.offset === (await headOf(log, topic)).offset;
        if (isThere) return log.append(topic, events, options);
        return { ok: false, reason: "moved", since: await read(log, topic, after, 512) } as never;
      },
    })),
    caughtBy: [
      "checks the lease before the cursor, and takes no lease if the topic has moved",
      "refuses only appends after a cursor while another holder has the lease",
    ],
  },
  {
    name: "keeps an append's record and key before it checks the lease",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (!answer.ok && options?.idempotencyKey) await log.append(topic, events, unleased(options));
        return answer;
      },
    })),
    caughtBy: ["does not change a topic if an append is refused for its lease"],
  },
];
