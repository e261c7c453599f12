import { useCallback } from "react";
import { Figure } from "../../components/figure.tsx";
import { usePolled } from "../../use-polled.ts";
import type { TickTally } from "./tick-tally.ts";

/** How the delivery goes. Looked at five times a second: faster than that nobody reads. */
export function Figures({ tally }: { tally: TickTally }) {
  const view = usePolled(
    useCallback(() => tally.view(performance.now()), [tally]),
    200,
  );
  return (
    <dl className="figures">
      <Figure name="Events a second" value={view.perSecond} />
      <Figure name="Applied" value={view.applied} />
      <Figure name="Last number" value={view.lastSeq} />
      <Figure name="Missing" value={view.missing} mark={view.missing === 0 ? "good" : "bad"} />
      <Figure name="Doubled" value={view.doubled} mark={view.doubled === 0 ? "good" : "bad"} />
      <Figure name="Resets" value={view.resets} />
    </dl>
  );
}
