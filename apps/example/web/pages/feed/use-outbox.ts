import type { SluiceError } from "@sluice/client";
import { sluiceMutation } from "@sluice/client/query";
import { type MutationState, useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
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

const options = sluiceMutation(client.feed.post);
type Sending = MutationState<unknown, SluiceError, Draft>;

/**
 * Posts that are being sent. TanStack Query keeps them while the page is offline, and sends them in order when it is
 * back online.
 */
export function useOutbox(posts: readonly Post[]) {
  const cache = useQueryClient().getMutationCache();
  const { mutate } = useMutation({ ...options, ...retryUntilSuccess, scope: { id: "feed" } });
  const sendings = useMutationState({
    filters: { mutationKey: options.mutationKey },
    select: ({ state }) => state as Sending,
  });

  const forget = (id: string) => {
    for (const mutation of cache.findAll({ mutationKey: options.mutationKey })) {
      const { variables, status } = mutation.state as Sending;
      if (variables?.id === id && status !== "pending") cache.remove(mutation);
    }
  };
  // A response confirms that the post was accepted. The post leaves the outbox when it appears in the feed, which may
  // be earlier or later.
  useEffect(() => {
    for (const { variables } of sendings) {
      if (variables && posts.some(({ id }) => id === variables.id)) forget(variables.id);
    }
  });

  const outgoing = sendings.flatMap(({ variables: draft, status, isPaused, failureCount, error }): Outgoing[] => {
    if (!draft || posts.some(({ id }) => id === draft.id)) return [];
    const retry = () => {
      forget(draft.id);
      mutate(draft);
    };
    const state = status === "error" ? "failed" : isPaused || failureCount > 0 ? "waiting" : "sending";
    return [{ draft, state, error: error?.message, retry }];
  });
  return { outgoing: outgoing.reverse(), send: mutate };
}
