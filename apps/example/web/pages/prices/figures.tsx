import { useCallback } from "react";
import { Figure } from "../../components/figure.tsx";
import { usePolled } from "../../use-polled.ts";
import type { TickTally } from "./tick-tally.ts";

interface FiguresProps {
  readonly tally: TickTally;
  /** True if ticks arrive. Without ticks, "none missing" would be no good news. */
  readonly isLive: boolean;
}

/** The quality of the delivery. Updated five times a second, because people don't read faster. */
export function Figures({ tally, isLive }: FiguresProps) {
  const view = usePolled(
    useCallback(() => tally.view(performance.now()), [tally]),
    200,
  );
  const count = (name: string, faults: number) => (
    <Figure name={name} value={view.applied > 0 ? faults : "–"} {...markOf(faults, isLive)} />
  );
  return (
    <dl className="figures">
      <Figure name="Events a second" value={view.perSecond} />
      <Figure name="Applied" value={view.applied} />
      <Figure name="Last number" value={view.lastSeq} />
      {count("Missing", view.missing)}
      {count("Doubled", view.doubled)}
      <Figure name="Resets" value={view.resets} />
    </dl>
  );
}

const markOf = (faults: number, isLive: boolean) =>
  faults > 0 ? ({ mark: "bad" } as const) : isLive ? ({ mark: "good" } as const) : {};
