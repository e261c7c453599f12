import { useCallback } from "react";
import { tap } from "../client.ts";
import { usePolled } from "../use-polled.ts";

/** Duration of a long cut, in milliseconds: enough to miss some events. */
const duration = 5_000;

/** Cuts the page's streams, for a moment or for as long as a tunnel would. */
export function CutButtons() {
  const left = usePolled(useCallback(() => Math.max(0, Math.ceil((tap.cutUntil - Date.now()) / 100) / 10), []));
  return (
    <div className="cuts">
      <button type="button" className="button danger" onClick={() => tap.cut()}>
        Cut the connection
      </button>
      <button type="button" className="button danger" disabled={left > 0} onClick={() => tap.cut(duration)}>
        {left > 0 ? `Cut for ${left.toFixed(1)} s more` : `Stay cut for ${duration / 1_000} s`}
      </button>
    </div>
  );
}
