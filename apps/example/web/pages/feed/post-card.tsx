import { sluiceMutation, sluicePending } from "@sluice/client/query";
import { useMutation } from "@tanstack/react-query";
import { memo } from "react";
import { type Post, withLike } from "../../../shared/feed.ts";
import { client } from "../../client.ts";
import { retryUntilSuccess } from "../../retry-until-success.ts";

interface PostCardProps {
  readonly post: Post;
  readonly visitorId: string;
}

/** Memoised: the fold keeps unchanged objects, so one like renders one post. */
export const PostCard = memo(({ post, visitorId }: PostCardProps) => (
  <li className="post card" data-post={post.id} data-state="posted">
    <p className="post-head">
      <b>{post.author}</b> <time dateTime={post.at.toISOString()}>{clock.format(post.at)}</time>
    </p>
    <p className="post-text">{post.text}</p>
    <LikeButton post={post} visitorId={visitorId} />
  </li>
));

/** Shows the visitor's choice in the feed, for all who look at it in this window, before the server has it. */
const liking = sluiceMutation(client.feed.like, {
  optimistic: (like) => sluicePending(client.feed.posts, undefined, { state: (feed) => withLike(feed, like) }),
});

function LikeButton({ post, visitorId }: PostCardProps) {
  const like = useMutation({ ...liking, ...retryUntilSuccess, scope: { id: post.id } });
  const liked = post.likes.includes(visitorId);
  const count = post.likes.length;
  return (
    <button
      type="button"
      className="like"
      aria-pressed={liked}
      aria-label={`Like the post of ${post.author}, ${count} so far`}
      onClick={() => like.mutate({ postId: post.id, visitorId, likes: !liked })}
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <path d="M10 17S2.5 12.6 2.5 7.3a3.9 3.9 0 0 1 7.5-1.6 3.9 3.9 0 0 1 7.5 1.6C17.5 12.6 10 17 10 17z" />
      </svg>
      {count}
    </button>
  );
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
