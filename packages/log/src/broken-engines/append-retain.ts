import { read } from "../conformance/helpers.js";
import type { LogSetup } from "../conformance.js";
import type { AppendOptions, Log, Retention } from "../log.js";
import { openMemoryHarness } from "../memory-harness.js";
import { type BrokenEngine, broken, reading } from "./broken.js";

type Change = (options: AppendOptions, topic: string) => AppendOptions;

/** A log whose appends get changed options. */
const given = (change: () => Change) =>
  broken((log) => {
    const changed = change();
    return {
      append: (topic, events, options) => log.append(topic, events, changed(options ?? {}, topic) as typeof options),
    };
  });

const without = ({ retain: _, ...options }: AppendOptions): AppendOptions => options;

/** Gives each append the retention that `choose` makes of the one given and the one before. */
const choosing = (
  choose: (
    given: Partial<Retention> | undefined,
    before: Partial<Retention> | undefined,
  ) => Partial<Retention> | undefined,
) =>
  given(() => {
    const last = new Map<string, Partial<Retention> | undefined>();
    return (options, topic) => {
      const retain = choose(options.retain, last.get(topic));
      last.set(topic, retain);
      return { ...options, retain };
    };
  });

/** Appends that change nothing change the retention all the same. */
const changesAnyway = broken((log: Log) => ({
  async append(topic, events, options = {}) {
    const answer = await log.append(topic, events, without(options) as typeof options);
    if (options.retain) await log.append(topic, [{ type: "goal", data: "0" }], { retain: options.retain });
    return answer;
  },
}));

/** Keeps all entries, and shows as many as are to be kept by now. */
const showsAgain: LogSetup = async (options) => {
  const harness = await openMemoryHarness({ ...options, retain: {} });
  const shown = new Map<string, number>();
  const { log } = harness;
  return {
    ...harness,
    log: {
      ...log,
      append(topic, events, given) {
        const { retain, ...rest }: AppendOptions = given ?? {};
        if (retain ?? rest.stateful) shown.set(topic, retain?.events ?? Number.POSITIVE_INFINITY);
        return log.append(topic, events, rest as typeof given);
      },
      ...reading(log, async (topic, from, limit) => {
        const page = await read(log, topic, from, limit);
        if (!page.ok || from !== "oldest") return page;
        const entries = page.entries.slice(-(shown.get(topic) ?? options.retain?.events ?? limit));
        return { ...page, entries };
      }),
    },
  };
};

export const brokenAppendRetain: readonly BrokenEngine[] = [
  {
    name: "ignores an append's retention",
    setup: given(() => without),
    caughtBy: [
      "obeys the retention that an append gives, in its topic alone",
      "remembers the retention for appends that give none",
      "keeps entries up to the age that an append gave",
      "frees a stateful topic by the stateTtl that an append gave, without a further append",
    ],
  },
  {
    name: "applies an append's retention to all topics",
    setup: given(() => {
      let last: Partial<Retention> | undefined;
      return (options) => {
        last = options.retain ?? last;
        return { ...options, retain: last };
      };
    }),
    caughtBy: [
      "obeys the retention that an append gives, in its topic alone",
      "keeps entries up to the age that an append gave",
      "frees a stateful topic by the stateTtl that an append gave, without a further append",
    ],
  },
  {
    name: "uses an append's retention for that append only",
    setup: choosing((retain) => retain ?? {}),
    caughtBy: ["remembers the retention for appends that give none"],
  },
  {
    name: "keeps the first retention that an append gave",
    setup: choosing((retain, before) => before ?? retain),
    caughtBy: [
      "obeys the last retention that an append gave",
      "frees a stateful topic by the stateTtl that an append gave, without a further append",
    ],
  },
  {
    name: "merges an append's retention with the one before",
    setup: choosing((retain, before) => (retain ? { ...before, ...retain } : before)),
    caughtBy: ["uses its own limits where the retention of the last append has none"],
  },
  {
    name: "has no limits of its own where an append gave some",
    setup: choosing((retain, before) => (retain ? { events: Number.POSITIVE_INFINITY, ...retain } : before)),
    caughtBy: ["uses its own limits where the retention of the last append has none"],
  },
  {
    name: "shows entries again that it has dropped",
    setup: showsAgain,
    caughtBy: ["keeps dropped what was dropped when an append gives more retention, or state"],
  },
  {
    name: "takes the retention of an append that changes nothing",
    setup: changesAnyway,
    caughtBy: ["keeps its retention when an append is a duplicate or conflicts"],
  },
  {
    name: "accepts any retention",
    setup: choosing((retain) => retain && {}),
    caughtBy: ["refuses a retention that is not allowed, and appends nothing"],
  },
];
