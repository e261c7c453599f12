import { headOf } from "../conformance/helpers.js";
import { type BrokenEngine, broken, inLives } from "./broken.js";

export const brokenFrees: readonly BrokenEngine[] = [
  {
    name: "frees nothing",
    setup: broken(() => ({ free: async () => {} })),
    caughtBy: [
      "frees a topic's entries, snapshot, record and keys, and begins its next life with another epoch",
      "frees a topic's lease",
      "frees a topic that was never written to, and no other topic",
    ],
  },
  {
    name: "frees a topic's entries alone",
    setup: broken((log) => ({ free: async (topic) => log.trim(topic, await headOf(log, topic)) })),
    caughtBy: ["frees a topic's entries, snapshot, record and keys, and begins its next life with another epoch"],
  },
  {
    name: "frees all topics instead of one",
    setup: broken((log) => {
      let life = 0;
      return {
        ...inLives(log, () => life),
        async free() {
          life += 1;
        },
      };
    }),
    caughtBy: [
      "frees a topic that was never written to, and no other topic",
      "calls a topic's watchers when it is freed, and for its next life",
      "counts the watchers of a freed topic as watchers of its next life",
    ],
  },
  {
    name: "does not call watchers when a topic is freed",
    setup: broken((log) => {
      let isFreeing = false;
      return {
        watch: (topic, onAppend) =>
          log.watch(topic, (wakeup) => {
            if (!isFreeing) onAppend(wakeup);
          }),
        async free(topic) {
          isFreeing = true;
          await log.free(topic);
          await new Promise((resolve) => setTimeout(resolve));
          isFreeing = false;
        },
      };
    }),
    caughtBy: ["calls a topic's watchers when it is freed, and for its next life"],
  },
  {
    name: "throws when there is nothing to free",
    setup: broken((log) => ({
      async free(topic) {
        if ((await headOf(log, topic)).offset === 0) throw new Error(`no such topic: ${topic}`);
        await log.free(topic);
      },
    })),
    caughtBy: ["frees a topic that was never written to, and no other topic"],
  },
];
