import { createSluice, implement, memoryLog } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { contract } from "./contract";

const { votes, vote, $router } = implement(contract);
const router = $router({
  votes: votes.live(),
  vote: vote.handler(({ input, topic }) => topic(contract.votes).publish({ type: "vote", data: input })),
});

export const handler = sluiceFetch(createSluice(router, { log: memoryLog({ name: "poll" }) }), { base: "/poll/api" });
