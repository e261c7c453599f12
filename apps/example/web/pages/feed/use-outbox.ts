import type { SluiceError } from "@sluice/client";
import { sluiceMutation, sluicePending } from "@sluice/client/query";
import { type MutationState, useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import type { Draft, Post } from "../../../shared/feed.ts";
import { client } from "../../client.ts";
import { retryUntilSuccess } from "../../retry-until-success.ts";

/** A post that is not in the feed yet. */
export interface Outgoing {
  readonly draft: Draft;
  readonly state: "sending" | "waiting" | "failed";
  readonly error: string | undefined;
  /** Sends a failed post again. */
  retry(): void;
}

/** Posts of the feed's state that the server doesn't have yet. */
const pendingPosts = new WeakSet<Post>();
export const isPending = (post: Post): boolean => pendingPosts.has(post);

const posting = sluiceMutation(client.feed.post, {
  optimistic(draft) {
    const post = { ...draft, at: new Date(), likes: [] };
    pendingPosts.add(post);
    return sluicePending(client.feed.posts, undefined, {
      state: (feed) => (feed.posts.some(({ id }) => id === draft.id) ? feed : { posts: [post, ...feed.posts] }),
      echo: { posted: ({ id }) => id === draft.id },
    });
  },
});
type Sending = MutationState<unknown, SluiceError, Draft>;

/**
 * Posts that are being sent, by id. They show in the feed at once. TanStack Query keeps them while the page is offline, and sends them
 * in order when it is back online.
 */
export function useOutbox() {
  const cache = useQueryClient().getMutationCache();
  const { mutate } = useMutation({ ...posting, ...retryUntilSuccess, scope: { id: "feed" } });
  const sendings = useMutationState({
    filters: { mutationKey: posting.mutationKey },
    select: ({ state }) => state as Sending,
  });

  const forget = (id: string) => {
    for (const mutation of cache.findAll({ mutationKey: posting.mutationKey, status: "error" })) {
      if ((mutation.state as Sending).variables?.id === id) cache.remove(mutation);
    }
  };
  const outgoing = sendings.flatMap(({ variables: draft, status, isPaused, failureCount, error }): Outgoing[] => {
    if (!draft) return [];
    const retry = () => {
      forget(draft.id);
      mutate(draft);
    };
    const state = status === "error" ? "failed" : isPaused || failureCount > 0 ? "waiting" : "sending";
    return [{ draft, state, error: error?.message, retry }];
  });
  return { outgoing: new Map(outgoing.map((post) => [post.draft.id, post])), send: mutate };
}
