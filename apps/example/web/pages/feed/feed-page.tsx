import { useSubscription } from "@sluice/client/react";
import { client } from "../../client.ts";
import { useLostHistory } from "../../components/lost-history.tsx";
import { Page } from "../../components/page.tsx";
import { useStored } from "../../use-stored.ts";
import { Composer } from "./composer.tsx";
import { OutgoingPost } from "./outgoing-post.tsx";
import { PostCard } from "./post-card.tsx";
import { isPending, useOutbox } from "./use-outbox.ts";

export function FeedPage() {
  const { lost, onReset } = useLostHistory();
  const feed = useSubscription(client.feed.posts, undefined, { onReset });
  const posts = feed.data?.posts ?? [];
  const { outgoing, send } = useOutbox();
  // One that failed is in the feed no more, unless only its answer was lost.
  const failed = [...outgoing.values()].filter(
    ({ draft, state }) => state === "failed" && !posts.some(({ id }) => id === draft.id),
  );
  const [visitorId] = useStored("visitor", () => crypto.randomUUID());

  return (
    <Page
      title="Feed"
      lede="Everybody posts, everybody likes, and all windows agree. Go offline and post: your text waits, is retried, and is posted once, because its id is the idempotency key."
      connections={{ "feed/posts": feed.connection }}
      lost={lost}
    >
      {feed.status === "error" && <p role="alert">{feed.error.message}</p>}
      <div className="feed">
        <Composer onPost={send} />
        <ol className="posts" aria-label="Posts" aria-live="polite" aria-relevant="additions">
          {failed.map((post) => (
            <OutgoingPost key={post.draft.id} {...post} />
          ))}
          {posts.map((post) => {
            const sending = isPending(post) ? outgoing.get(post.id) : undefined;
            if (sending) return <OutgoingPost key={post.id} {...sending} />;
            return <PostCard key={post.id} post={post} visitorId={visitorId} />;
          })}
        </ol>
      </div>
    </Page>
  );
}
