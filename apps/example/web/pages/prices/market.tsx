import { useCallback } from "react";
import { usePolled } from "../../use-polled.ts";
import type { TickTally } from "./tick-tally.ts";

interface MarketProps {
  readonly tally: TickTally;
  readonly range: { readonly high: number; readonly low: number } | undefined;
}

/** What the market does. High and low are those since the page was opened. */
export function Market({ tally, range }: MarketProps) {
  const last = usePolled(useCallback(() => tally.last?.price, [tally]));
  return (
    <dl className="market">
      <div className="last">
        <dt>Last price</dt>
        <dd>{price(last)}</dd>
      </div>
      <div>
        <dt>High</dt>
        <dd>{price(range?.high)}</dd>
      </div>
      <div>
        <dt>Low</dt>
        <dd>{price(range?.low)}</dd>
      </div>
    </dl>
  );
}

const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const price = (value = Number.NaN) => (Number.isFinite(value) ? format.format(value) : "–");
