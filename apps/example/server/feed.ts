import type { GetTopic } from "@sluice/server";
import { contract } from "../shared/contract.ts";
import type { Draft } from "../shared/feed.ts";
import { s } from "./implementer.ts";

export function feed() {
  return {
    posts: s.feed.posts.live(),

    // A client that was cut off during a request can't know whether it succeeded, and sends again. The key prevents a
    // second post.
    post: s.feed.post.handler(({ input, topic }) => post(topic, input)),

    like: s.feed.like.handler(({ input, topic }) => topic(contract.feed.posts).publish({ type: "liked", data: input })),
  };
}

const post = (topic: GetTopic, draft: Draft) =>
  topic(contract.feed.posts).publish(
    { type: "posted", data: { ...draft, at: new Date() } },
    { idempotencyKey: draft.id },
  );

/** Creates posts for the first visitor to like, unless the log has some from an earlier run. */
export async function setUpFeed(topic: GetTopic): Promise<void> {
  const { posts } = (await topic(contract.feed.posts).state()).state;
  if (posts.length > 0) return;
  for (const draft of firstPosts) await post(topic, draft);
}

const firstPosts: readonly Draft[] = [
  {
    id: "7b0c1d0e-63c1-4b55-9d0c-5a5b6f2f0002",
    author: "Grace",
    text: "Then switch the network off and post again. It waits, and goes out once when you are back.",
  },
  {
    id: "7b0c1d0e-63c1-4b55-9d0c-5a5b6f2f0001",
    author: "Ada",
    text: "Open this page in a second window, write something there, and watch it arrive here.",
  },
];
