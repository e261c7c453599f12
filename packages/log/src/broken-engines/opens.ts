import { read, snapshotOf } from "../conformance/helpers.js";
import { type BrokenEngine, broken, openBeside } from "./broken.js";

export const brokenOpens: readonly BrokenEngine[] = [
  {
    name: "opens at the oldest entry, whatever is saved",
    setup: broken((log) => ({
      open: (topic, { from, ...rest }) => log.open(topic, { ...rest, from: from === "snapshot" ? "oldest" : from }),
    })),
    caughtBy: ["opens at the last saved snapshot, or at the oldest entry without one", "loads the last saved snapshot"],
  },
  {
    name: "sends its snapshot with every opening",
    setup: broken((log) => ({
      async open(topic, options) {
        const { snapshot } = await log.open(topic, { from: "snapshot", limit: 0 });
        return { ...(await log.open(topic, options)), snapshot };
      },
    })),
    caughtBy: ["sends no snapshot without being asked"],
  },
  {
    name: "sends no snapshot after a gap",
    setup: broken((log) => ({ open: (topic, { from, limit }) => log.open(topic, { from, limit }) })),
    caughtBy: ["answers a gap with the snapshot and the entries after it, if requested and available"],
  },
  {
    name: "loads the snapshot and reads what follows in two steps",
    setup: broken((log) => ({
      open: openBeside(
        (...args) => read(log, ...args),
        async (topic) => {
          const snapshot = await snapshotOf(log, topic);
          for (let i = 0; i < 10; i += 1) await Promise.resolve();
          return snapshot;
        },
      ),
    })),
    caughtBy: ["opens atomically: a newer snapshot and its trim leave no gap after the opened snapshot"],
  },
];
