import { implement } from "@sluice/server";
import { contract } from "./contract.ts";

const s = implement(contract);

export const router = s.$router({
  feed: s.feed.live(),
  board: s.board.live(),
  post: s.post.handler(async ({ input: { room, ...data }, topic }) => {
    const options = { idempotencyKey: `${data.by}/${data.n}` };
    const event = { type: "post", data } as const;
    await Promise.all([contract.feed, contract.board].map((each) => topic(each, { room }).publish(event, options)));
    return {};
  }),
});
