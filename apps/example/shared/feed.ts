import { mutation, subscription } from "@sluice/contract";
import * as z from "zod";
import { isoDate } from "./iso-date.ts";
import { Receipt } from "./receipt.ts";

export const maxPostLength = 280;
export const maxNameLength = 30;
/** Number of posts that are kept: a live state must be bounded. */
const maxPosts = 50;
const maxLikes = 500;

/** What a visitor writes. The visitor chooses the id: a draft that is sent twice becomes one post. */
export const Draft = z.object({
  id: z.uuid(),
  author: z.string().trim().min(1).max(maxNameLength),
  text: z.string().trim().min(1).max(maxPostLength),
});
export type Draft = z.infer<typeof Draft>;

export const Post = Draft.extend({
  at: isoDate,
  /** Ids of the visitors who like this post. */
  likes: z.array(z.string()).max(maxLikes),
});
export type Post = z.infer<typeof Post>;

const Like = z.object({ postId: z.string(), visitorId: z.string().max(36), likes: z.boolean() });

/** What a like makes of the posts; a second time it makes nothing new of them. */
export const withLike = (
  { posts }: { posts: Post[] },
  { postId, visitorId, likes }: z.infer<typeof Like>,
): { posts: Post[] } => ({
  posts: posts.map((post) => {
    if (post.id !== postId || post.likes.includes(visitorId) === likes) return post;
    const others = post.likes.filter((id) => id !== visitorId);
    return { ...post, likes: likes ? [...others, visitorId].slice(-maxLikes) : others };
  }),
});

export const feed = {
  posts: subscription({
    events: { posted: Draft.extend({ at: isoDate }), liked: Like },
    state: {
      /** Newest first. */
      schema: z.object({ posts: z.array(Post) }),
      initial: { posts: [] },
      apply: {
        posted: ({ posts }, post) => ({ posts: [{ ...post, likes: [] }, ...posts].slice(0, maxPosts) }),
        liked: withLike,
      },
    },
  }),
  post: mutation({ input: Draft, output: Receipt }),
  like: mutation({ input: Like, output: Receipt }),
};
