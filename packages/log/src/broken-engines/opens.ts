import { type BrokenEngine, broken, openBeside } from "./broken.js";

export const brokenOpens: readonly BrokenEngine[] = [
  {
    name: "opens at the oldest entry, whatever is saved",
    setup: broken((log) => ({
      open: (topic, { from, ...rest }) => log.open(topic, { ...rest, from: from === "snapshot" ? "oldest" : from }),
    })),
    caughtBy: [
      "opens at the snapshot that was saved last, and at the oldest entry where none is",
      "loads the snapshot that was saved last",
    ],
  },
  {
    name: "sends its snapshot with every opening",
    setup: broken((log) => ({
      async open(topic, options) {
        const { snapshot } = await log.open(topic, { from: "snapshot", limit: 0 });
        return { ...(await log.open(topic, options)), snapshot };
      },
    })),
    caughtBy: [
      "opens where a read starts with the page that a read gives, and sends no snapshot that nobody asked for",
    ],
  },
  {
    name: "sends no snapshot after a gap",
    setup: broken((log) => ({ open: (topic, { from, limit }) => log.open(topic, { from, limit }) })),
    caughtBy: ["answers a gap with the snapshot and what follows it, if that is asked for and there is one"],
  },
  {
    name: "loads the snapshot and reads what follows in two steps",
    setup: broken((log) => ({
      open: openBeside(log, async (topic) => {
        const { snapshot } = await log.open(topic, { from: "snapshot", limit: 0 });
        for (let i = 0; i < 10; i += 1) await Promise.resolve();
        return snapshot;
      }),
    })),
    caughtBy: ["opens at one moment: what is trimmed once a newer snapshot is saved is not missed"],
  },
  {
    name: "opens with any limit",
    setup: broken((log) => ({
      open: (topic, { limit, from, ...rest }) =>
        log.open(topic, {
          ...rest,
          from: typeof from === "object" && "last" in from ? { last: Math.max(0, from.last) } : from,
          limit: Math.max(0, Math.trunc(limit || 0)),
        }),
    })),
    caughtBy: ["refuses to open with a limit that is not a whole number of at least 0"],
  },
];
