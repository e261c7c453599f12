import type { Reset } from "@sluice/client";
import { useState } from "react";

export interface LostHistory {
  readonly at: Date;
  readonly reason: Reset["reason"];
}

/** Keeps the last gap that the server told of. The function is for `onReset` of the page's subscriptions. */
export function useLostHistory() {
  const [lost, setLost] = useState<LostHistory>();
  const onReset = ({ reason }: Reset) => setLost({ at: new Date(), reason });
  return { lost, onReset } as const;
}

/** Says in words that something is missing: the promise is no loss in silence, not no loss. */
export function LostHistoryNotice({ lost }: { lost: LostHistory | undefined }) {
  return (
    <p className="lost" role="status">
      {lost && (
        <>
          <strong>History was lost</strong> at {lost.at.toLocaleTimeString("en-GB")}:{" "}
          {because[lost.reason] ?? "the server lacks a part of it."} What you see begins anew from what the server has.
        </>
      )}
    </p>
  );
}

const because: Partial<Record<Reset["reason"], string>> = {
  epoch: "the server was started anew.",
  trimmed: "you were away for longer than the server keeps events.",
  limit: "you had missed more than the server sends again.",
  diverged: "the server's log is another one than before.",
  resync: "a fresh state overtook the events.",
};
