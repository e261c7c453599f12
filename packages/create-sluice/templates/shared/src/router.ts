import { implement } from "@sluice/server";
import { contract } from "./contract";

const { scores, $router } = implement(contract);

export const router = $router({
  scores: {
    watch: scores.watch.live(),
    report: scores.report.handler(async ({ input: { matchId, team }, topic }) => {
      await topic(contract.scores.watch, { matchId }).publish({ type: "goal", data: { team } });
    }),
  },
});
