import type { Reset } from "@sluice/client";
import { useState } from "react";

export interface LostHistory {
  readonly at: Date;
  readonly reason: Reset["reason"];
}

/** Keeps the last gap that the server reported. Pass the function as `onReset` to the page's subscriptions. */
export function useLostHistory() {
  const [lost, setLost] = useState<LostHistory>();
  const onReset = ({ reason }: Reset) => setLost({ at: new Date(), reason });
  return { lost, onReset } as const;
}

/** Tells the user that events are missing: the promise is no silent loss, not no loss. */
export function LostHistoryNotice({ lost }: { lost: LostHistory | undefined }) {
  return (
    <p className="lost" role="status">
      {lost && (
        <>
          <strong>History was lost</strong> at {lost.at.toLocaleTimeString("en-GB")}:{" "}
          {because[lost.reason] ?? "the server lacks part of it."} The page starts again from what the server has.
        </>
      )}
    </p>
  );
}

const because: Partial<Record<Reset["reason"], string>> = {
  epoch: "the server was restarted.",
  trimmed: "you were away for longer than the server keeps events.",
  limit: "you missed more events than the server sends again.",
  diverged: "the server's log has a different history.",
  resync: "a fresh state overtook the events.",
};
