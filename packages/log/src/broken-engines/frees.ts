import { headOf } from "../conformance/helpers.js";
import { type BrokenEngine, broken, inLives } from "./broken.js";

export const brokenFrees: readonly BrokenEngine[] = [
  {
    name: "frees nothing",
    setup: broken(() => ({ free: async () => {} })),
    caughtBy: [
      "frees entries, snapshot, record and keys of a topic, whose next life has another epoch",
      "frees a topic's lease",
      "frees a topic that nobody has written to, and no other one",
    ],
  },
  {
    name: "frees a topic's entries alone",
    setup: broken((log) => ({ free: async (topic) => log.trim(topic, await headOf(log, topic)) })),
    caughtBy: ["frees entries, snapshot, record and keys of a topic, whose next life has another epoch"],
  },
  {
    name: "frees all topics for one",
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
      "frees a topic that nobody has written to, and no other one",
      "calls those who watch a topic when it is freed, and tells them of its next life",
      "keeps those who watch a freed topic as watchers of its next life",
    ],
  },
  {
    name: "calls nobody when a topic is freed",
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
    caughtBy: ["calls those who watch a topic when it is freed, and tells them of its next life"],
  },
  {
    name: "calls it an error to free what isn't there",
    setup: broken((log) => ({
      async free(topic) {
        if ((await headOf(log, topic)).offset === 0) throw new Error(`no such topic: ${topic}`);
        await log.free(topic);
      },
    })),
    caughtBy: ["frees a topic that nobody has written to, and no other one"],
  },
];
