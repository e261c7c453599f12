import { defineContract, mutation, subscription } from "@sluice/contract";
import * as z from "zod";

const room = z.object({ room: z.int() });

/** The n-th event of one publisher. */
export const Post = z.object({ by: z.int(), n: z.int() });
export type Post = z.infer<typeof Post>;

/** A number for each post, and one for each order of posts. */
export const numberOf = ({ by, n }: Post): number => by * 1_000_000 + n;
export const mix = (hash: number, number: number): number => (Math.imul(hash, 31) + number) | 0;

/** Without state and with it. */
export const contract = defineContract({
  feed: subscription({ input: room, events: { post: Post } }),
  board: subscription({
    input: room,
    events: { post: Post },
    state: {
      schema: z.object({ count: z.int(), hash: z.int() }),
      initial: { count: 0, hash: 0 },
      apply: { post: ({ count, hash }, post) => ({ count: count + 1, hash: mix(hash, numberOf(post)) }) },
    },
  }),
  post: mutation({ input: room.extend(Post.shape), output: z.object({}) }),
});
