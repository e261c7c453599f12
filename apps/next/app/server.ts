import { setTimeout as sleep } from "node:timers/promises";
import { createSluice, implement, memoryLog } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { contract } from "./contract";

let running = 0;

const { scores, assistant, $router } = implement(contract);
const router = $router({
  scores: {
    watch: scores.watch.live(),
    report: scores.report.handler(async ({ input: { matchId, team }, topic }) => {
      await topic(contract.scores.watch, { matchId }).publish({ type: "goal", data: { team, at: new Date() } });
    }),
  },
  assistant: {
    complete: assistant.complete.stream(async function* ({ input, signal }) {
      running++;
      try {
        for (let word = 1; word <= 1_000; word++) {
          yield { type: "token", data: `${input.prompt}${word} ` };
          await sleep(20, undefined, { signal });
        }
      } finally {
        running--;
      }
    }),
    running: assistant.running.handler(() => running),
  },
});

// Next evaluates this module more than once: the log's name makes it one.
const sluice = createSluice(router, { log: memoryLog({ name: "app" }) });

export const handler = sluiceFetch(sluice, { base: "/api" });
