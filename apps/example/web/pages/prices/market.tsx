import { useSubscription } from "@sluice/client/react";
import type { EventOf } from "@sluice/contract";
import type { contract } from "../../../shared/contract.ts";
import type { TickerSymbol } from "../../../shared/prices.ts";
import { client } from "../../client.ts";

interface Prices {
  readonly last: number;
  readonly high: number;
  readonly low: number;
}

const none: Prices = { last: Number.NaN, high: Number.NEGATIVE_INFINITY, low: Number.POSITIVE_INFINITY };

const step = ({ high, low }: Prices, { data: { price } }: EventOf<typeof contract.prices.ticks>): Prices => ({
  last: price,
  high: Math.max(price, high),
  low: Math.min(price, low),
});

/**
 * Price, high and low. They come from one fold, so they belong to the same moment; high and low count since the page
 * was opened. This is a view of the page's subscription and shares its connection.
 */
export function Market({ symbol }: { symbol: TickerSymbol }) {
  const { data } = useSubscription(client.prices.ticks, { symbol }, { fold: { key: "market", initial: none, step } });
  return (
    <dl className="market">
      <div className="last">
        <dt>Last price</dt>
        <dd>{price(data?.last)}</dd>
      </div>
      <div>
        <dt>High</dt>
        <dd>{price(data?.high)}</dd>
      </div>
      <div>
        <dt>Low</dt>
        <dd>{price(data?.low)}</dd>
      </div>
    </dl>
  );
}

const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const price = (value = Number.NaN) => (Number.isFinite(value) ? format.format(value) : "–");
