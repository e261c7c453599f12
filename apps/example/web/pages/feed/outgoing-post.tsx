import type { Outgoing } from "./use-outbox.ts";

const words: Record<Outgoing["state"], string> = {
  sending: "Sending …",
  waiting: "Waiting for the network. It will be sent.",
  failed: "Not sent.",
};

/** A post that only its author sees so far. */
export const OutgoingPost = ({ draft, state, error, retry }: Outgoing) => (
  <li className="post card" data-post={draft.id} data-state={state}>
    <p className="post-head">
      <b>{draft.author}</b>
    </p>
    <p className="post-text">{draft.text}</p>
    <p className="post-state">
      {words[state]} {state === "failed" && error}
      {state === "failed" && (
        <button type="button" className="link-button" onClick={retry}>
          Try again
        </button>
      )}
    </p>
  </li>
);
